// Commits the fault that its argument names, so that the tests can see each sanitizer find one.

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <thread>
#include <vector>

namespace {

int read_past_the_end(const std::vector<int>& values) { return values.data()[values.size()]; }

int overflow(int summand) { return std::numeric_limits<int>::max() + summand; }

int race() {
  int shared = 0;
  std::thread other([&] { ++shared; });
  ++shared;
  other.join();
  return shared;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view fault = argc > 1 ? argv[1] : "";
  int result = 0;
  if (fault == "address")
    result = read_past_the_end(std::vector<int>(static_cast<std::size_t>(argc)));
  if (fault == "undefined") result = overflow(argc);
  if (fault == "thread") result = race();
  return result == argc ? EXIT_SUCCESS : EXIT_FAILURE;
}
