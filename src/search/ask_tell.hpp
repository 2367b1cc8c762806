#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

#include "search/exchange.hpp"

namespace evonas::search {

/// A search by ask and tell: it runs on a thread of its own, and a program tells it what its
/// sources of an Exchange report. Everything else is as in every search (run_search()): drivers,
/// budget, store, resuming. Safe from many threads.
class AskTell {
 public:
  /// What runs the search: with sources of the exchange, until it ends or is asked to stop.
  using Work = std::function<void(const std::stop_token& stop)>;

  AskTell(std::shared_ptr<Exchange> exchange, Work work);
  AskTell(const AskTell&) = delete;
  AskTell& operator=(const AskTell&) = delete;
  /// Stops the search, and waits for that.
  ~AskTell() = default;

  /// As Exchange::ask(). Throws what the search has thrown, where that ended it.
  std::vector<Question> ask(std::size_t count, const Exchange::OnWait& on_wait = {});
  /// As Exchange::tell(). Throws what the search has thrown, where that ended it.
  void tell(std::vector<Answer> answers, bool wait = false, const Exchange::OnWait& on_wait = {});
  std::size_t open() const { return exchange_->open(); }

  /// Asks the search to stop.
  void stop() { thread_.request_stop(); }
  bool has_ended() const { return exchange_->has_ended(); }
  /// Waits for the end. Throws what the search has thrown.
  void wait(const Exchange::OnWait& on_wait = {}) const;

 private:
  void check() const;

  std::shared_ptr<Exchange> exchange_;
  std::exception_ptr fault_;  ///< not to be read before the exchange has ended
  std::jthread thread_;       ///< last, so that it ends first
};

}  // namespace evonas::search
