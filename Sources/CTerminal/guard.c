// Gives the terminal back when the program dies, and keeps standard error readable meanwhile.
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>
#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include <term.h>
#include "internal.h"

static char restore[512];
static size_t restore_length;
static struct termios saved;
static int keyboard = -1, real_stderr = -1, file = -1;
static volatile sig_atomic_t guarding;
static const int signals[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGHUP, SIGTERM, SIGQUIT, SIGINT};
enum { SIGNALS = sizeof signals / sizeof *signals };

// Only async-signal-safe calls: the handler runs this too.
static void give_stderr_back(void) {
  if (real_stderr < 0) return;
  dup2(real_stderr, 2);
  char part[1024];
  off_t end = lseek(file, 0, SEEK_END), at = end > 16384 ? end - 16384 : 0;
  for (ssize_t count; at < end && (count = pread(file, part, sizeof part, at)) > 0; at += count)
    if (write(2, part, (size_t)count) < 0) break;
}

static void died(int number) {
  if (guarding) {
    guarding = 0;
    if (write(1, restore, restore_length) < 0) {}
    tcsetattr(keyboard, TCSANOW, &saved);
    give_stderr_back();
  }
  struct sigaction usual = {.sa_handler = SIG_DFL};
  sigaction(number, &usual, NULL);
  raise(number);
}

// Terminfo strings may hold delays, $<5>, which only tputs understands.
static void append(const char *text) {
  if (!text || text == (const char *)-1) return;
  while (*text && restore_length < sizeof restore) {
    const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
    if (end) text = end + 1;
    else restore[restore_length++] = *text++;
  }
}

void term_guard_begin(int descriptor) {
  keyboard = descriptor;
  tcgetattr(keyboard, &saved);
  file = memfd_create("laq-tui stderr", MFD_CLOEXEC);
  if (file >= 0 && (real_stderr = dup(2)) >= 0) dup2(file, 2);
  static char stack[32768];
  stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&other, NULL);
}

void term_guard_strings(void) {
  restore_length = 0;
  append(tigetstr("sgr0"));
  append(tigetstr("cnorm"));
  if (tigetstr("kmous") && tigetstr("kmous") != (char *)-1) append("\033[?1000l\033[?1002l\033[?1006l");
  append(tigetstr("BD"));
  append(tigetstr("rmkx"));
  append(tigetstr("rmcup"));
  append("\r");
  guarding = 1;
  struct sigaction action = {.sa_handler = died, .sa_flags = SA_ONSTACK};
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < SIGNALS; i++) sigaction(signals[i], &action, NULL);
}

void term_guard_end(void) {
  if (guarding)
    for (int i = 0; i < SIGNALS; i++) signal(signals[i], SIG_DFL);
  guarding = 0;
  give_stderr_back();
  if (real_stderr >= 0) close(real_stderr);
  if (file >= 0) close(file);
  real_stderr = file = -1;
}
