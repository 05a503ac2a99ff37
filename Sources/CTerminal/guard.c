// Gives the terminal back when the program dies, and keeps standard error readable meanwhile.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "CFaults.h"
#include "CTerminal.h"
#include "internal.h"

static char restore[512];
static size_t restore_length;
static struct termios saved;
static int keyboard = -1, real_stderr = -1, file = -1;
static atomic_int guarding, taken, dying, draws;
static _Atomic(pthread_t) dying_thread, drawing_thread;

// Whatever ends a program that does not handle it. Not here: SIGPIPE, which no terminal brings, and SIGXFSZ,
// which main has ignored so that a file's size limit is an error like others.
static const int named[] = {SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGUSR1,
                            SIGSEGV, SIGUSR2, SIGALRM, SIGTERM, SIGXCPU, SIGVTALRM, SIGPROF, SIGSYS,
#ifdef SIGSTKFLT
                            SIGSTKFLT,
#endif
#ifdef SIGPOLL
                            SIGPOLL,
#endif
#ifdef SIGPWR
                            SIGPWR,
#endif
};
enum { NAMED = sizeof named / sizeof *named, MOST = 128 };
static struct sigaction before[MOST];

// The signals in `named` and those without names, `number` by `number`; 0 behind the last.
static int signal_at(int index) {
  if (index < NAMED) return named[index];
#ifdef SIGRTMIN
  int free = SIGRTMIN + index - NAMED;
  if (free <= SIGRTMAX && index < MOST) return free;
#endif
  return 0;
}

// Only async-signal-safe calls from here to `died`: the handler runs them.

// Writes as much as is taken within some tens of waits of 10 ms; nobody may be reading.
static int send_some(int descriptor, const char *text, size_t length, int *waits) {
  int flags = fcntl(descriptor, F_GETFL);
  fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
  while (length && *waits > 0) {
    ssize_t count = write(descriptor, text, length);
    if (count > 0) {
      text += count;
      length -= (size_t)count;
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
      break;
    } else {
      struct pollfd on = {.fd = descriptor, .events = POLLOUT};
      poll(&on, 1, 10);
      (*waits)--;
    }
  }
  fcntl(descriptor, F_SETFL, flags);
  return length == 0;
}

static void give_stderr_back(int waits) {
  if (real_stderr < 0) return;
  dup2(real_stderr, 2);
  char part[1024];
  off_t end = lseek(file, 0, SEEK_END), at = end > 16384 ? end - 16384 : 0;
  for (ssize_t count; at < end && (count = pread(file, part, sizeof part, at)) > 0; at += count)
    if (!send_some(2, part, (size_t)count, &waits)) break;
}

void term_guard_restore(void) {
  int owns = !term_in_background();
  if (atomic_exchange(&taken, 0)) {
    int waits = 10;
    if (!send_some(1, restore, restore_length, &waits) && owns) {
      // Nobody reads: what waits to be shown is thrown away, and with it maybe half a sequence, which the
      // first byte ends. A thread in the middle of a write keeps others from writing until a signal takes it
      // out of that.
      pthread_t drawing = atomic_load(&drawing_thread);
      if (atomic_load(&dying) && atomic_load(&draws) && !pthread_equal(pthread_self(), drawing))
        pthread_kill(drawing, SIGPROF);
      tcflow(1, TCOON);
      tcflush(1, TCOFLUSH);
      waits = 20;
      if (send_some(1, "\030", 1, &waits)) send_some(1, restore, restore_length, &waits);
    }
  }
  // Another job has its own modes.
  if (owns && keyboard >= 0) tcsetattr(keyboard, TCSANOW, &saved);
}

static void died(int number, siginfo_t *info, void *context) {
  (void)context;
  if (atomic_exchange(&dying, 1)) {
    // Another thread is at it and ends the program; unless that takes too long, or it is this one that failed
    // again.
    struct timespec moment = {.tv_nsec = 10000000};
    for (int i = 0; i < 200 && !pthread_equal(pthread_self(), atomic_load(&dying_thread)); i++)
      nanosleep(&moment, NULL);
  } else {
    atomic_store(&dying_thread, pthread_self());
    if (atomic_exchange(&guarding, 0)) {
      term_guard_restore();
      give_stderr_back(10);
    }
    char text[1024];
    int is_fault = number == SIGBUS && info->si_code > 0;
    size_t length = is_fault ? fault_sentence(info->si_addr, text, sizeof text) : 0;
    if (length) {
      int waits = 10;
      send_some(2, text, length, &waits);
      _exit(1);
    }
  }
  struct sigaction usual = {.sa_handler = SIG_DFL};
  sigaction(number, &usual, NULL);
  raise(number);
}

// Terminfo strings may hold delays, $<5>, which only tputs understands.
static void append(const char *text) {
  while (text && *text && restore_length < sizeof restore) {
    const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
    if (end) text = end + 1;
    else restore[restore_length++] = *text++;
  }
}

static void read_strings(void) {
  restore_length = 0;
  append(term_string("sgr0"));
  append(term_string("rmacs"));
  append(term_string("cnorm"));
  if (term_string("kmous")) append("\033[?1000l\033[?1002l\033[?1006l");
  append(term_paste_string(0));
  append(term_string("rmkx"));
  append(term_string("rmcup"));
  append("\r");
}

void term_guard_begin(int descriptor) {
  keyboard = descriptor;
  tcgetattr(keyboard, &saved);
  file = memfd_create("laq-tui stderr", MFD_CLOEXEC);
  if (file >= 0 && (real_stderr = fcntl(2, F_DUPFD_CLOEXEC, 3)) >= 0) dup2(file, 2);
  read_strings();
  fault_stack();
  atomic_store(&dying, 0);
  atomic_store(&guarding, 1);
  struct sigaction action = {.sa_sigaction = died, .sa_flags = SA_ONSTACK | SA_SIGINFO};
  sigfillset(&action.sa_mask);
  // A fault while it runs must still end the program.
  static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
  for (int i = 0; i < 4; i++) sigdelset(&action.sa_mask, faults[i]);
  for (int i = 0, number; (number = signal_at(i)); i++) sigaction(number, &action, &before[i]);
}

int term_guard_is_dying(void) { return atomic_load(&dying); }

void term_guard_take(int is_taken) {
  atomic_store(&drawing_thread, pthread_self());
  atomic_store(&draws, is_taken);
  atomic_store(&taken, is_taken);
}

void term_guard_end(void) {
  if (atomic_exchange(&guarding, 0))
    for (int i = 0, number; (number = signal_at(i)); i++) sigaction(number, &before[i], NULL);
  give_stderr_back(100);
  if (real_stderr >= 0) close(real_stderr);
  if (file >= 0) close(file);
  real_stderr = file = keyboard = -1;
}
