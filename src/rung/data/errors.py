"""What can go wrong with data: it is not here, or it is not what it should be."""

from __future__ import annotations

from rung.scratch.errors import RungError


class MissingDataError(RungError, FileNotFoundError):
    """A data set is neither on this machine nor to be had from its address.

    rung looks in the folder $RUNG_DATA, in $RUNG_HOME/data (by default ~/rung/data), in the installed
    packages, and then at the official address. RUNG_OFFLINE=1 leaves the last one out.

    Repair: the message names the folder and the published address. Put the file there by hand, or set
    RUNG_DATA to a folder that has it.
    """

    name = "data-missing"


class CorruptDataError(RungError, ValueError):
    """A file of a data set is cut short, or its bytes are not the published ones.

    Every file is compared with its checksum before it is used. Remove the file named in the message; it is
    fetched again.

    Repair: delete the file that the message names, and load the data set again; it is fetched anew.
    """

    name = "data-corrupt"


class TableError(CorruptDataError):
    r"""A table holds something other than its data set says: a column, a value or an answer is wrong.

    The message names file, line and column; lines are counted from 1, as an editor does.

        >>> from rung.data.columns import Column, columns
        >>> columns(b"age\n31\nold\n", "people.csv", [Column("age")])
        Traceback (most recent call last):
            ...
        rung.data.errors.TableError: ...

    Repair: open the file at that line. A file that you got from elsewhere may be another edition; one that
    ends in the middle of a line was cut short on its way.
    """

    name = "data-table"
