#include <cmath>
#include <cstdlib>
#include <string_view>

#include "evaluation/evaluator.hpp"
#include "evaluation/table/nasbench101_record.hpp"

using namespace evonas::evaluation;

/// Any bytes are a record with finite values, or are refused with an EvaluationError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const NasBench101Record record =
        parse_nasbench101_record({reinterpret_cast<const char*>(data), size});
    if (!std::isfinite(record.final.test_accuracy) || record.architecture.empty()) std::abort();
  } catch (const EvaluationError&) {
  }
  return 0;
}
