// Stops, continuations and resizes, which the kernel tells to whichever thread it likes.
//
// Where Swift's main is async, the screen is not drawn on the thread that main began on: ncurses' own handlers, which draw,
// would run beside the drawing, and would not end its wait. Here a handler only says what came and ends the wait.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <unistd.h>
#include "CTerminal.h"
#include "internal.h"

static volatile sig_atomic_t stop_wanted, continued;
static const int handled[] = {SIGTSTP, SIGCONT, SIGWINCH};
enum { HANDLED = sizeof handled / sizeof *handled };

static void came(int number) {
  int before = errno;
  if (number == SIGTSTP) stop_wanted = 1;
  if (number == SIGCONT) continued = 1;
  term_wake();
  errno = before;
}

void term_signals_begin(void) {
  stop_wanted = continued = 0;
  struct sigaction action = {.sa_handler = came, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < HANDLED; i++) sigaction(handled[i], &action, NULL);
}

void term_signals_end(void) {
  for (int i = 0; i < HANDLED; i++) signal(handled[i], SIG_DFL);
}

int term_stop_wanted(void) {
  int wanted = stop_wanted;
  stop_wanted = 0;
  return wanted;
}

int term_continued(void) {
  int was = continued;
  continued = 0;
  return was;
}

void term_stop(void) {
  struct sigaction usual = {.sa_handler = SIG_DFL}, own;
  sigset_t stop, before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  sigaction(SIGTSTP, &usual, &own);
  // Threads that Swift starts may hold signals back.
  pthread_sigmask(SIG_UNBLOCK, &stop, &before);
  raise(SIGTSTP);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  sigaction(SIGTSTP, &own, NULL);
  continued = stop_wanted = 0;
}
