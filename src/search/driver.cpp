#include "search/driver.hpp"

#include <exception>
#include <utility>

#include "search/asynchronous_driver.hpp"
#include "search/synchronous_driver.hpp"

namespace evonas::search {

SearchSummary run_search(const SearchSetup& setup, Algorithm& algorithm, RunStore* store,
                         std::span<Observer* const> observers, std::stop_token stop) {
  check_setup(setup);
  SearchRun run(setup, algorithm, store, observers, std::move(stop));
  run.begin_session();
  try {
    return is_asynchronous(setup) ? AsynchronousDriver(run).run() : SynchronousDriver(run).run();
  } catch (const std::exception& error) {
    run.note_fault(error.what());
    throw;
  }
}

SearchSummary run_search(const SearchSetup& setup, RunStore* store,
                         std::span<Observer* const> observers, std::stop_token stop) {
  check_setup(setup);
  const std::unique_ptr<Algorithm> algorithm =
      make_algorithm(setup.algorithm, setup.space, setup.problem, guidance_of(setup));
  return run_search(setup, *algorithm, store, observers, std::move(stop));
}

}  // namespace evonas::search
