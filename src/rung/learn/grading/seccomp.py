"""Refuse system calls that no lesson needs: new processes, sockets, signals to others, mounts, wider rights.

A filter is a small program for the kernel's packet-filter machine, set before the learner's code runs;
nothing can take it off again. Linux on x86-64 and ARM64; elsewhere `restrict` returns False and the other
walls stand alone.

Source: seccomp(2), linux/filter.h, the kernel's syscall tables.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

_LOAD, _EQUAL, _ANY_BIT, _AT_LEAST, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_CLONE_THREAD = 0x00010000
_NUMBER, _ARCH, _ARGS = 0, 4, 16  # offsets in struct seccomp_data

# name: (number on x86-64, number on ARM64); None where it does not exist
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # processes and programs (clone is handled apart: threads may be started, processes not)
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    "setsid": (112, 157), "setpgid": (109, 154), "unshare": (272, 97), "setns": (308, 268),
    # network
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242),
    # other processes (tgkill is handled apart)
    "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_send_signal": (424, 424), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "setpriority": (141, 140), "sched_setscheduler": (144, 119),
    "setrlimit": (160, 164),
    # ways around the file system's walls
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430), "fsmount": (432, 432),
    "mount_setattr": (442, 442), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "memfd_create": (319, 279), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427), "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53),
    "fchmodat2": (452, 452), "chown": (92, None), "fchown": (93, 55), "lchown": (94, None),
    "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None), "futimesat": (261, None),
    "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    # shared memory and queues, which outlive a process
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190),
    "msgget": (68, 186), "mq_open": (240, 180),
    # rights and the machine
    "setuid": (105, 146), "setgid": (106, 144), "setresuid": (117, 147), "setresgid": (119, 149),
    "setgroups": (116, 159), "capset": (126, 91), "keyctl": (250, 219), "add_key": (248, 217),
    "request_key": (249, 218), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "reboot": (169, 142), "sethostname": (170, 161),
    "setdomainname": (171, 162), "init_module": (175, 105), "finit_module": (313, 273),
    "delete_module": (176, 106), "kexec_load": (246, 104), "swapon": (167, 224), "swapoff": (168, 225),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "acct": (163, 89),
}  # fmt: skip
_SPECIAL = {"clone": (56, 220), "clone3": (435, 435), "tgkill": (234, 131), "prlimit64": (302, 261)}
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def _step(code: int, k: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("<HBBI", code, yes, no, k)


def program(machine: str, pid: int) -> bytes:
    """Return the filter for a machine; `pid` may signal itself, as in abort, and nobody else."""
    column, arch = _MACHINES[machine]
    refuse = _step(_RETURN, _ERROR | errno.EPERM)
    out = [_step(_LOAD, _ARCH), _step(_EQUAL, arch, 1, 0), _step(_RETURN, _KILL), _step(_LOAD, _NUMBER)]
    if machine == "x86_64":  # the x32 numbers would be a second door to every call
        out += [_step(_AT_LEAST, 0x40000000, 0, 1), refuse]
    for numbers in _REFUSED.values():
        number = numbers[column]
        if number is not None:
            out += [_step(_EQUAL, number, 0, 1), refuse]
    allow = _step(_RETURN, _ALLOW)
    clone, clone3, tgkill, prlimit = (_SPECIAL[n][column] for n in ("clone", "clone3", "tgkill", "prlimit64"))
    # clone3 hides its flags behind a pointer; without it the C library falls back on clone
    out += [_step(_EQUAL, clone3, 0, 1), _step(_RETURN, _ERROR | errno.ENOSYS)]
    out += [
        _step(_EQUAL, clone, 0, 4),
        _step(_LOAD, _ARGS),
        _step(_ANY_BIT, _CLONE_THREAD, 0, 1),
        allow,
        refuse,
    ]
    out += [_step(_EQUAL, tgkill, 0, 4), _step(_LOAD, _ARGS), _step(_EQUAL, pid, 0, 1), allow, refuse]
    # reading a limit is prlimit64 without a new value (its third argument, in two halves)
    out += [_step(_EQUAL, prlimit, 0, 6), _step(_LOAD, _ARGS + 16), _step(_EQUAL, 0, 0, 3)]
    out += [_step(_LOAD, _ARGS + 20), _step(_EQUAL, 0, 0, 1), allow, refuse]
    out.append(allow)
    return b"".join(out)


def restrict() -> bool:
    """Set the filter on this process for good; False where the kernel or the machine has no such thing."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _MACHINES or struct.calcsize("P") != 8:
        return False
    code = program(machine, os.getpid())
    buffer = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]

    libc = ctypes.CDLL(None, use_errno=True)
    filter_ = Program(len(code) // 8, ctypes.addressof(buffer))
    no_new_privileges, set_seccomp, by_filter = 38, 22, 2
    if libc.prctl(no_new_privileges, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(set_seccomp, by_filter, ctypes.byref(filter_), 0, 0) == 0)
