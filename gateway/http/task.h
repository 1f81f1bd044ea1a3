// Two words that let callback code read from top to bottom: a coroutine that runs by itself, and the wait for a
// callback.
#pragma once

#include <coroutine>
#include <functional>
#include <optional>
#include <utility>

namespace yaoshi::gateway {

// A coroutine that nobody waits for. An exception ends it; what it held is released, so an Exchange answers 500.
struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {}
  };
};

// `T value = co_await Callback<T>([&](std::function<void(T)> done) { Start(…, done); });` The coroutine goes on in the
// thread that calls `done`, which must be called exactly once.
template <class T>
class Callback {
 public:
  using Start = std::function<void(std::function<void(T)>)>;
  explicit Callback(Start start) : start_(std::move(start)) {}

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    // `done` may run before `start` returns, and then this object is gone.
    const Start start = std::move(start_);
    start([this, handle](T value) {
      value_.emplace(std::move(value));
      handle.resume();
    });
  }
  T await_resume() { return std::move(*value_); }

 private:
  Start start_;
  std::optional<T> value_;
};

}  // namespace yaoshi::gateway
