/* Tries everything that a guest may not do; x lists what it got away with. */
#define ID "reaches_out"
#define START start
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../base.h"

static char escaped[512];

static void note(const char* what, int worked) {
  if (!worked) return;
  if (escaped[0] != '\0') strcat(escaped, " ");
  strcat(escaped, what);
}

static void try_files(void) {
  note("read_passwd", open("/etc/passwd", O_RDONLY) >= 0);
  note("read_server", open("/proc/1/environ", O_RDONLY) >= 0);
  note("write_file", open("/tmp/agenthost-reaches-out", O_WRONLY | O_CREAT, 0600) >= 0);
  note("make_folder", mkdir("/tmp/agenthost-reaches-out", 0700) == 0);
  note("delete", unlink("/tmp/agenthost-reaches-out") == 0);
}

static void try_processes(void) {
  char* const arguments[] = {"true", NULL};
  note("exec", execv("/bin/true", arguments) == 0);
  note("fork", fork() >= 0);
  note("signal_server", kill(getppid(), 0) == 0);
  note("trace", ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
  note("own_signals", fcntl(0, F_SETOWN, getppid()) == 0);
  note("survive_server", prctl(PR_SET_PDEATHSIG, 0) == 0);
}

static void try_limits(void) {
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  note("raise_limit", setrlimit(RLIMIT_DATA, &limit) == 0);
  note("shared_memory",
       mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
  note("memfd", memfd_create("x", 0) >= 0);
  note("mount", mount("none", "/tmp", "tmpfs", 0, NULL) == 0);
}

static void try_network(void) {
  note("tcp", socket(AF_INET, SOCK_STREAM, 0) >= 0);
  note("udp", socket(AF_INET6, SOCK_DGRAM, 0) >= 0);
  note("unix", socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
}

static agent_status start(agent_task* task) {
  char update[640];
  escaped[0] = '\0';
  try_files();
  try_processes();
  try_limits();
  try_network();
  snprintf(update, sizeof update, "{\"x\":\"%s\"}", escaped);
  return complete_with(task, update);
}
