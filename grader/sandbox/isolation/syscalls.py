"""Numbers of system calls on the machines grader knows, and which of them a child may use at all.

One call a word: name, number on x86-64, number on aarch64; a dash where the machine lacks the call. What is not in these
tables does not exist for a child (ENOSYS).

Source: asm/unistd_64.h and asm-generic/unistd.h of Linux 6.1.
"""

from __future__ import annotations

import platform
from typing import Final

# What programs need to compute, to use their own files and threads, and to talk over sockets that are open already.
HARMLESS: Final = """
read:0:63 write:1:64 close:3:57 fstat:5:80 lseek:8:62 pread64:17:67 pwrite64:18:68 readv:19:65 writev:20:66
preadv:295:69 pwritev:296:70 preadv2:327:286 pwritev2:328:287 access:21:- faccessat:269:48 faccessat2:439:439
open:2:- openat:257:56 openat2:437:437 stat:4:- lstat:6:- newfstatat:262:79 statx:332:291 statfs:137:43
fstatfs:138:44 getdents:78:- getdents64:217:61 getcwd:79:17 chdir:80:49 fchdir:81:50 rename:82:- renameat:264:38
renameat2:316:276 mkdir:83:- mkdirat:258:34 rmdir:84:- creat:85:- link:86:- linkat:265:37 unlink:87:-
unlinkat:263:35 symlink:88:- symlinkat:266:36 readlink:89:- readlinkat:267:78 chmod:90:- fchmod:91:52
fchmodat:268:53 umask:95:166 truncate:76:45 ftruncate:77:46 fallocate:285:47 fadvise64:221:223 readahead:187:213
fsync:74:82 fdatasync:75:83 flock:73:32 utime:132:- utimes:235:- utimensat:280:88 sync_file_range:277:84
sendfile:40:71 copy_file_range:326:285 splice:275:76 tee:276:77 chown:92:- fchown:93:55 fchownat:260:54 dup:32:23
dup2:33:- dup3:292:24 close_range:436:436
mmap:9:222 mprotect:10:226 munmap:11:215 brk:12:214 mremap:25:216 msync:26:227 mincore:27:232 madvise:28:233
membarrier:324:283
poll:7:- ppoll:271:73 select:23:- pselect6:270:72 epoll_create:213:- epoll_create1:291:20 epoll_ctl:233:21
epoll_wait:232:- epoll_pwait:281:22 epoll_pwait2:441:441 eventfd:284:- eventfd2:290:19 pipe:22:- pipe2:293:59
signalfd:282:- signalfd4:289:74 timerfd_create:283:85 timerfd_settime:286:86 timerfd_gettime:287:87 pause:34:-
nanosleep:35:101 clock_nanosleep:230:115 futex:202:98 sched_yield:24:124 restart_syscall:219:128
rt_sigaction:13:134 rt_sigprocmask:14:135 rt_sigreturn:15:139 rt_sigpending:127:136 rt_sigtimedwait:128:137
rt_sigsuspend:130:133 sigaltstack:131:132 alarm:37:- getitimer:36:102 setitimer:38:103 timer_create:222:107
timer_settime:223:110 timer_gettime:224:108 timer_getoverrun:225:109 timer_delete:226:111 clock_gettime:228:113
clock_getres:229:114 gettimeofday:96:169 times:100:153
getpid:39:172 gettid:186:178 getppid:110:173 getpgrp:111:- getpgid:121:155 getsid:124:156 setsid:112:157
setpgid:109:154 getuid:102:174 geteuid:107:175 getgid:104:176 getegid:108:177 getresuid:118:148 getresgid:120:150
getgroups:115:158 getpriority:140:141 getrlimit:97:163 getrusage:98:165 sysinfo:99:179 uname:63:160 getcpu:309:168
getrandom:318:278 set_tid_address:218:96 set_robust_list:273:99 get_robust_list:274:100 rseq:334:293
arch_prctl:158:- sched_getaffinity:204:123 sched_getparam:143:121 sched_getscheduler:145:120 sched_getattr:315:275
sched_get_priority_max:146:125 sched_get_priority_min:147:126 exit:60:93 exit_group:231:94 wait4:61:260
waitid:247:95
sendto:44:206 recvfrom:45:207 sendmsg:46:211 recvmsg:47:212 shutdown:48:210 getsockname:51:204
getpeername:52:205 setsockopt:54:208 getsockopt:55:209
"""

# What a child may use with some arguments only; the rules are in `seccomp.py`.
RULED: Final = """
socketpair:53:199 clone:56:220 clone3:435:435 kill:62:129 tkill:200:130 tgkill:234:131 socket:41:198 bind:49:200 listen:50:201
connect:42:203 accept:43:202 accept4:288:242 pidfd_open:434:434 prlimit64:302:261 sched_setaffinity:203:122
sched_setscheduler:144:119 setpriority:141:140 prctl:157:167 ioctl:16:29 fcntl:72:25 seccomp:317:277 execve:59:221 execveat:322:281 fork:57:-
vfork:58:-
"""

# What grader itself calls on the way into isolation; no child may.
OURS: Final = """
pivot_root:155:41 umount2:166:39 mount_setattr:442:442 capset:126:91 landlock_create_ruleset:444:444
landlock_add_rule:445:445 landlock_restrict_self:446:446
"""

AUDIT_ARCH: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
MACHINE: Final = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())


def known_machine() -> bool:
    """Whether the numbers of this machine are known."""
    return MACHINE in AUDIT_ARCH


def numbers(table: str) -> dict[str, int]:
    """The calls of `table` that this machine has, by name; empty on a machine that is not known."""
    if not known_machine():
        return {}
    column = 1 if MACHINE == "x86_64" else 2
    words = (word.split(":") for word in table.split())
    return {word[0]: int(word[column]) for word in words if word[column] != "-"}
