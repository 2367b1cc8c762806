#include "search/source_watch.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "search/session.hpp"

namespace evonas::search {

SourceWatch::SourceWatch(const Source& source, std::stop_token stop)
    : source_(source),
      metrics_(source.evaluator->metrics()),
      forward_(std::move(stop), [this] { halt_.request_stop(); }) {}

evaluation::Outcome SourceWatch::accept(std::size_t number, evaluation::Outcome outcome) {
  if (number >= arrived_.size() || arrived_[number]) {
    throw SearchError(
        fmt::format("the source '{}' reported on candidate {} of {} twice or without being asked",
                    source_.name, number, arrived_.size()));
  }
  arrived_[number] = true;
  return checked(std::move(outcome), source_.name, metrics_);
}

bool SourceWatch::check() const {
  if (fault_) std::rethrow_exception(fault_);
  const auto missing = std::ranges::count(arrived_, false);
  if (missing > 0 && !halt_.stop_requested()) {
    throw SearchError(fmt::format("the source '{}' left {} of {} candidates without an outcome",
                                  source_.name, missing, arrived_.size()));
  }
  return missing == 0;
}

}  // namespace evonas::search
