#include "search/ask_tell.hpp"

#include <utility>

namespace evonas::search {

AskTell::AskTell(std::shared_ptr<Exchange> exchange, Work work)
    : exchange_(std::move(exchange)),
      thread_([this, work = std::move(work)](const std::stop_token& stop) {
        try {
          work(stop);
        } catch (...) {
          fault_ = std::current_exception();
        }
        exchange_->end();
      }) {}

/// Throws what ended the search, if anything did.
void AskTell::check() const {
  if (exchange_->has_ended() && fault_) std::rethrow_exception(fault_);
}

std::vector<Question> AskTell::ask(std::size_t count, const Exchange::OnWait& on_wait) {
  std::vector<Question> questions = exchange_->ask(count, on_wait);
  if (questions.empty()) check();
  return questions;
}

void AskTell::tell(std::vector<Answer> answers, bool wait, const Exchange::OnWait& on_wait) {
  check();
  exchange_->tell(std::move(answers), wait, on_wait);
  if (wait) check();
}

void AskTell::wait(const Exchange::OnWait& on_wait) const {
  exchange_->wait_for_end(on_wait);
  check();
}

}  // namespace evonas::search
