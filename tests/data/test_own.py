"""The learner's own data: read into a data set, or refused with the file and the line."""

import numpy as np
import pytest
from PIL import Image

import rung.data
from rung.data import CorruptDataError
from rung.data.errors import TableError
from rung.data.own import is_own, load_own
from rung.data.owncard import OwnDataError, parted

COLOURS = {"cat": (200, 60, 60), "dog": (60, 60, 200)}


def draw(path, colour=(120, 90, 30), size=(40, 30), seed=0, mode="RGB"):
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).integers(-20, 20, (size[1], size[0], 3))
    Image.fromarray(np.clip(noise + colour, 0, 255).astype(np.uint8)).convert(mode).save(path)


@pytest.fixture
def pets(tmp_path):
    for name, colour in COLOURS.items():
        for i in range(8):
            draw(tmp_path / "pets" / name / f"{i}.png", colour, seed=100 * len(name) + i)
    (tmp_path / "pets" / "cat" / "notes.md").write_text("no picture")
    (tmp_path / "pets" / ".hidden").mkdir()
    return tmp_path / "pets"


def rows_of(data):
    """Return the part of every example by its content."""
    return {data.x[r].tobytes(): part for part, rows in data.splits.items() for r in rows}


# Pictures.


def test_a_folder_of_pictures_is_read(pets):
    data = load_own(pets, size=24)
    assert (data.kind, data.names, data.card.task) == ("pictures", ("cat", "dog"), "classes")
    assert (data.x.shape, data.x.dtype) == ((16, 24, 24, 3), np.uint8)
    assert np.bincount(data.y).tolist() == [8, 8]
    for k, colour in enumerate(COLOURS.values()):
        assert np.abs(data.x[data.y == k].mean(axis=(0, 1, 2)) - colour).max() < 5
    assert sorted(np.concatenate(list(data.splits.values()))) == list(range(16))
    assert data.card.source == "yours"
    assert "16 pictures" in data.card.markdown()


def test_the_size_and_the_colours_can_be_those_of_another_data_set(pets):
    digits = rung.data.load("mnist5k", limit=20)
    assert load_own(pets, like=digits).images.shape == (16, 28, 28)
    assert load_own(pets).shape == (64, 64, 3)
    assert load_own(f"{pets}?size=16").shape == (16, 16, 3)


def test_folders_train_and_test_are_the_parts(tmp_path):
    for part, count in (("train", 3), ("test", 2)):
        for name, colour in COLOURS.items():
            for i in range(count):
                draw(tmp_path / "pets" / part / name / f"{i}.jpg", colour, seed=i)
    data = load_own(tmp_path / "pets")
    assert {part: len(rows) for part, rows in data.splits.items()} == {"train": 6, "test": 4}
    draw(tmp_path / "pets" / "test" / "cow" / "1.jpg")
    draw(tmp_path / "pets" / "test" / "cow" / "2.jpg")
    with pytest.raises(OwnDataError, match=r"cow.1\.jpg: the test part has a class 'cow'"):
        load_own(tmp_path / "pets")


def test_pictures_of_other_modes_and_turned_ones_are_read(pets):
    draw(pets / "cat" / "grey.png", mode="L")
    draw(pets / "cat" / "palette.gif", mode="P")
    half = Image.new("RGB", (40, 40))
    half.paste((255, 255, 255), (0, 0, 40, 20))  # white above, and a note that left is up
    exif = Image.Exif()
    exif[0x0112] = 6
    half.save(pets / "dog" / "turned.jpg", exif=exif)
    data = load_own(pets, size=10)
    turned = data.x[-1].mean(axis=2)
    assert turned[:, 7:].mean() > 200 > 50 > turned[:, :3].mean()


def test_adding_a_picture_moves_no_other_and_copies_stay_together(tmp_path, pets):
    for i in range(30):
        draw(pets / "dog" / f"more{i}.png", seed=1000 + i)
    before = rows_of(load_own(pets, size=8))
    assert 1 <= sum(part == "test" for part in before.values()) <= 20
    for i in range(10):
        draw(pets / "cat" / f"a{i}.png", seed=2000 + i)
        (pets / "dog" / f"copy{i}.png").write_bytes((pets / "dog" / f"more{i}.png").read_bytes())
    after = load_own(pets, size=8)
    assert {key: part for key, part in rows_of(after).items() if key in before} == before
    train, test = ({row.tobytes() for row in after.split(part)[0]} for part in ("train", "test"))
    assert not train & test


def test_every_class_has_training_examples_and_the_test_part_one_at_least():
    for seed in range(60):
        contents = [f"{seed} {i}".encode() for i in range(6)]
        y = np.array([0, 0, 1, 1, 2, 2])
        splits = parted(contents, y)
        assert set(y[splits["train"]]) == {0, 1, 2}
        assert len(splits["test"]) >= 1


def spoil_truncated(pets):
    path = pets / "cat" / "3.png"
    path.write_bytes(path.read_bytes()[:-200])


def spoil_corrupt(pets):
    (pets / "dog" / "3.png").write_bytes(b"this is no picture")


def spoil_empty(pets):
    (pets / "cow").mkdir()


def spoil_single(pets):
    draw(pets / "cow" / "only.png")


def spoil_loose(pets):
    draw(pets / "stray.png")


def spoil_one_class(pets):
    for file in (pets / "dog").iterdir():
        file.unlink()
    (pets / "dog").rmdir()


def spoil_all(pets):
    for folder in ("cat", "dog"):
        for file in (pets / folder).iterdir():
            file.unlink()
        (pets / folder).rmdir()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (spoil_truncated, r"cat.3\.png is not a whole picture"),
        (spoil_corrupt, r"dog.3\.png is not a whole picture(.|\n)*18 bytes"),
        (spoil_empty, r"cow holds no pictures, so its class is empty"),
        (spoil_single, r"only\.png: the class 'cow' has this one example only"),
        (spoil_loose, r"stray\.png is in no folder of a class"),
        (spoil_one_class, r"pets has one class only: 'cat'"),
        (spoil_all, r"pets holds no pictures"),
    ],
)
def test_pictures_that_cannot_be_used_are_named(pets, spoil, message):
    spoil(pets)
    before = sorted(pets.rglob("*"))
    with pytest.raises(OwnDataError, match=message):
        load_own(pets)
    assert sorted(pets.rglob("*")) == before


# Tables.


def write(tmp_path, text, name="people.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


PEOPLE = "age,job,stays\n" + "".join(
    f"{20 + i},{'cook' if i % 3 else 'smith'},{'yes' if i % 2 else 'no'}\n" for i in range(30)
)


def test_a_table_is_read_with_its_last_column_as_the_answer(tmp_path):
    data = load_own(write(tmp_path, PEOPLE))
    assert (data.kind, data.names, data.features) == ("columns", ("no", "yes"), ("age", "job"))
    assert data.x["age"][:2].tolist() == [20, 21]
    assert data.x["job"][0] == "smith"
    assert data.y[:3].tolist() == [0, 1, 0]
    assert sorted(np.concatenate(list(data.splits.values()))) == list(range(30))


def test_the_answer_can_be_any_column_and_a_measured_number(tmp_path):
    path = write(tmp_path, PEOPLE)
    data = load_own(path, answer="age")
    assert (data.card.task, data.names, data.y[0]) == ("number", (), 20.0)
    assert load_own(f"{path}?answer=job").names == ("cook", "smith")
    assert load_own(path, answer="age", task="number").y.dtype == np.float64


def test_numbers_alone_are_a_matrix_and_few_whole_numbers_are_classes(tmp_path):
    text = "a\tb\tgrade\n" + "".join(f"{i}.5\t{i * i}\t{(2, 10)[i % 2]}\n" for i in range(12))
    data = load_own(write(tmp_path, text, "t.tsv"))
    assert (data.kind, data.x.shape, data.names) == ("numbers", (12, 2), ("2", "10"))


def test_a_missing_number_is_nan_and_a_missing_string_is_empty(tmp_path):
    data = load_own(write(tmp_path, "age,job,stays\n,cook,yes\n30,,no\n40,cook,yes\n50,NA,no\n"))
    assert np.isnan(data.x["age"][0])
    assert data.x["job"].tolist() == ["cook", "", "cook", ""]


def test_a_column_of_strings_and_an_answer_are_labelled_texts(tmp_path):
    text = "text,label\n" + "".join(f'"a film, number {i}",{("bad", "good")[i % 2]}\n' for i in range(20))
    data = load_own(write(tmp_path, text))
    assert (data.kind, data.names, data.x[3]) == ("texts", ("bad", "good"), "a film, number 3")


def test_equal_rows_are_in_one_part_and_new_rows_move_none(tmp_path):
    data = load_own(write(tmp_path, PEOPLE + "20,smith,yes\n" * 3))
    part = {int(r): p for p, rows in data.splits.items() for r in rows}
    assert len({part[0], part[30], part[31], part[32]}) == 1
    more = load_own(write(tmp_path, "age,job,stays\n99,smith,yes\n" + PEOPLE.partition("\n")[2]))
    later = {int(r): p for p, rows in more.splits.items() for r in rows}
    assert all(later[r + 1] == part[r] for r in range(30))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (PEOPLE + "31,cook\n", r"people\.csv, line 32: 2 values in place of 3"),
        (PEOPLE + "31,cook,\n", r"people\.csv: 1 of 31 rows have no 'stays' \(line 32\)"),
        (PEOPLE + "31,cook,NaN\n", r"have no 'stays' \(line 32\)"),
        (PEOPLE + "old,cook,yes\n", r"people\.csv, line 32, column 'age': 'old' is no number"),
        (PEOPLE.encode() + b"31,K\xf6chin,yes\n", r"people\.csv, line 32: byte 0xf6 is not UTF-8"),
        (PEOPLE + "31,cook,perhaps\n", r"row 31: the class 'perhaps' has this one example only"),
        ("age,job,stays\n1,a,yes\n2,b,yes\n", "has one class only: 'yes'"),
        ("age,age,stays\n1,a,yes\n", r"line 1: the columns are 'age', 'age', 'stays'"),
        ("age\n1\n2\n", "line 1: the columns are 'age'"),
        ("age,stays\n", "has no rows"),
        ("", "has no rows"),
        ("text,label\nfine,good\n,bad\nx,good\ny,bad\n", r"row 2: there is no 'text'"),
        ("a,b\n" + "1,yes\n" * 4 + "1,no\n" * 4, "all 8 rows are the same"),
    ],
)
def test_tables_that_cannot_be_used_name_file_and_line(tmp_path, text, message):
    with pytest.raises((OwnDataError, TableError), match=message) as error:
        load_own(write(tmp_path, text))
    assert isinstance(error.value, CorruptDataError)


def test_a_measured_answer_that_is_missing_is_told_with_its_line(tmp_path):
    text = "a,price\n" + "".join(f"{i},{i}.5\n" for i in range(30)) + "7,nan\n"
    with pytest.raises(TableError, match=r"no 'price' \(line 32\)"):
        load_own(write(tmp_path, text))


def test_an_unknown_answer_is_told_its_nearest(tmp_path):
    with pytest.raises(OwnDataError, match=r"(?s)no column 'stay'.*stays"):
        load_own(write(tmp_path, PEOPLE), answer="stay")


# Texts, and what is nothing of these.


def test_a_text_is_parted_by_position(tmp_path):
    text = "\n\n".join(f"Paragraph {i} of the tale." for i in range(50))
    data = load_own(write(tmp_path, text, "tale.txt"))
    assert (data.kind, data.card.task) == ("texts", "itself")
    assert "\n\n".join(data.x) == text
    assert data.splits["train"].max() < data.splits["test"].min()
    assert len(data.splits["test"]) == pytest.approx(10, abs=1)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"one line", "8 characters in 1 line"), (b"", "0 characters"), (b"a\nb\xff\n", "line 2: byte 0xff")],
)
def test_a_text_that_cannot_be_used_is_named(tmp_path, content, message):
    with pytest.raises(OwnDataError, match=rf"t\.txt(.|\n)*{message}"):
        load_own(write(tmp_path, content, "t.txt"))


def test_what_is_nothing_of_these_is_refused(tmp_path):
    with pytest.raises(OwnDataError, match="there is no file or folder"):
        load_own(tmp_path / "gone.csv")
    with pytest.raises(OwnDataError, match="of no kind that can be read"):
        load_own(write(tmp_path, "x", "a.docx"))
    with pytest.raises(OwnDataError, match="'colour' is no option"):
        load_own(f"{write(tmp_path, PEOPLE)}?colour=red")
    with pytest.raises(OwnDataError, match="'size=big' is no option"):
        load_own(f"{tmp_path}?size=big")
    with pytest.raises(OwnDataError, match="the task 'boxes'"):
        load_own(write(tmp_path, PEOPLE), task="boxes")


def test_names_of_data_sets_are_not_taken_for_files():
    assert not any(is_own(name) for name in rung.data.names())
    assert is_own("a.csv")
    assert is_own("./iris")
    assert is_own("b.tsv?answer=x")


# By name, like every data set.


def test_load_takes_a_path_for_a_name(tmp_path, pets, monkeypatch):
    path = write(tmp_path, PEOPLE)
    assert rung.data.load(str(path)).digest() == load_own(path).digest()
    assert len(rung.data.load(f"{path}?answer=job", limit=10)) == 10
    assert rung.data.load(f"{pets}?size=8").shape == (8, 8, 3)
    for name in (f"{path}?answer=job", f"{pets}?size=8"):
        assert rung.data.load(name).name == name, "a run keeps this name, and loads by it when it goes on"
    assert "30 rows" in rung.data.card(str(path)).size
    monkeypatch.chdir(tmp_path)
    assert rung.data.load("pets").names == ("cat", "dog")
    (tmp_path / "iris").mkdir()
    assert rung.data.load("iris").names[0] == "setosa"  # a folder does not hide a data set of that name
