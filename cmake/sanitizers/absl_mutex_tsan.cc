// Tells ThreadSanitizer what absl::Mutex orders. Debian's Abseil is not compiled for it, so it sees locked data without
// the lock. These definitions take precedence over the library's, say "acquired" or "released", and call the library.
// Linked into every program of a thread-sanitizer build, and into no other.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdlib>

#include "absl/synchronization/mutex.h"

namespace {

// The library's own definition of a mangled name.
template <class F>
F Real(const char* name) {
  void* symbol = dlsym(RTLD_NEXT, name);
  if (symbol == nullptr) std::abort();
  return reinterpret_cast<F>(symbol);
}

// The mutex under which this thread may evaluate conditions now, or null.
thread_local void* evaluated_under = nullptr;

class Evaluating {
 public:
  explicit Evaluating(void* mutex) : before_(evaluated_under) { evaluated_under = mutex; }
  ~Evaluating() { evaluated_under = before_; }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  void* const before_;
};

// A call that gives the mutex up and has it again when it returns.
template <class F>
auto Waiting(void* mutex, F wait) {
  struct Acquiring {
    void* const mutex;
    ~Acquiring() { __tsan_acquire(mutex); }
  };
  __tsan_release(mutex);
  const Acquiring acquiring{mutex};
  const Evaluating evaluating(mutex);
  return wait();
}

}  // namespace

// The mangled names of Abseil's inline namespace in Debian 12.
#define YAOSHI_ABSL(rest) "_ZN4absl7debian3" rest
#define YAOSHI_ABSL_CONST(rest) "_ZNK4absl7debian3" rest

namespace absl {

void Mutex::Lock() {
  static const auto real = Real<void (*)(Mutex*)>(YAOSHI_ABSL("5Mutex4LockEv"));
  real(this);
  __tsan_acquire(this);
}

void Mutex::Unlock() {
  static const auto real = Real<void (*)(Mutex*)>(YAOSHI_ABSL("5Mutex6UnlockEv"));
  // The library evaluates the conditions of others in here.
  const Evaluating evaluating(this);
  __tsan_release(this);
  real(this);
}

bool Mutex::TryLock() {
  static const auto real = Real<bool (*)(Mutex*)>(YAOSHI_ABSL("5Mutex7TryLockEv"));
  const bool locked = real(this);
  if (locked) __tsan_acquire(this);
  return locked;
}

void Mutex::ReaderLock() {
  static const auto real = Real<void (*)(Mutex*)>(YAOSHI_ABSL("5Mutex10ReaderLockEv"));
  real(this);
  __tsan_acquire(this);
}

void Mutex::ReaderUnlock() {
  static const auto real = Real<void (*)(Mutex*)>(YAOSHI_ABSL("5Mutex12ReaderUnlockEv"));
  const Evaluating evaluating(this);
  __tsan_release(this);
  real(this);
}

void Mutex::Await(const Condition& condition) {
  static const auto real = Real<void (*)(Mutex*, const Condition&)>(YAOSHI_ABSL("5Mutex5AwaitERKNS0_9ConditionE"));
  Waiting(this, [&] { real(this, condition); });
}

bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  static const auto real = Real<bool (*)(Mutex*, const Condition&, Duration)>(
      YAOSHI_ABSL("5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE"));
  return Waiting(this, [&] { return real(this, condition, timeout); });
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  static const auto real = Real<bool (*)(Mutex*, const Condition&, Time)>(
      YAOSHI_ABSL("5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE"));
  return Waiting(this, [&] { return real(this, condition, deadline); });
}

void Mutex::LockWhen(const Condition& condition) {
  static const auto real = Real<void (*)(Mutex*, const Condition&)>(YAOSHI_ABSL("5Mutex8LockWhenERKNS0_9ConditionE"));
  Waiting(this, [&] { real(this, condition); });
}

bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  static const auto real = Real<bool (*)(Mutex*, const Condition&, Time)>(
      YAOSHI_ABSL("5Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE"));
  return Waiting(this, [&] { return real(this, condition, deadline); });
}

bool Condition::Eval() const {
  static const auto real = Real<bool (*)(const Condition*)>(YAOSHI_ABSL_CONST("9Condition4EvalEv"));
  if (evaluated_under == nullptr) return real(this);
  __tsan_acquire(evaluated_under);
  const bool holds = real(this);
  __tsan_release(evaluated_under);
  return holds;
}

void CondVar::Wait(Mutex* mutex) {
  static const auto real = Real<void (*)(CondVar*, Mutex*)>(YAOSHI_ABSL("7CondVar4WaitEPNS0_5MutexE"));
  Waiting(mutex, [&] { real(this, mutex); });
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  static const auto real =
      Real<bool (*)(CondVar*, Mutex*, Duration)>(YAOSHI_ABSL("7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE"));
  return Waiting(mutex, [&] { return real(this, mutex, timeout); });
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  static const auto real =
      Real<bool (*)(CondVar*, Mutex*, Time)>(YAOSHI_ABSL("7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE"));
  return Waiting(mutex, [&] { return real(this, mutex, deadline); });
}

}  // namespace absl
