#include "evaluation/table/builtin_tables.hpp"

#include <fstream>
#include <vector>

#include <fmt/format.h>

#include "base/quoted.hpp"
#include "base/scratch_folder.hpp"
#include "evaluation/evaluator.hpp"
#include "evaluation/table/import_table.hpp"
#include "spaces/nasbench201.hpp"

// Names of the assembler file.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
extern const char evonas_table_nasbench201_fashion_mnist_begin[],
    evonas_table_nasbench201_fashion_mnist_end[];
}
// NOLINTEND(readability-identifier-naming)

namespace evonas::evaluation {
namespace {

constexpr std::string_view kFashionMnist = "builtin:nasbench201_fashion_mnist";

std::vector<ImportedMetric> fashion_mnist_metrics() {
  std::vector<ImportedMetric> metrics;
  for (const char* const text :
       {"accuracy=accuracy_1:%:maximize", "accuracy#1=accuracy_1:%:maximize",
        "accuracy#2=accuracy_2:%:maximize", "accuracy#3=accuracy_3:%:maximize",
        "loss=loss_1::minimize", "test_accuracy=test_accuracy_1:%:maximize",
        "test_accuracy#1=test_accuracy_1:%:maximize", "test_accuracy#2=test_accuracy_2:%:maximize",
        "test_accuracy#3=test_accuracy_3:%:maximize", "train_seconds=train_seconds:s:minimize",
        "params=params::minimize", "flops=flops::minimize", "latency_ms=latency_ms:ms:minimize",
        "measured_latency_ms=measured_latency_ms:ms:minimize"}) {
    metrics.push_back(ImportedMetric::parse(text));
  }
  return metrics;
}

}  // namespace

void write_builtin_table(std::string_view name, const std::filesystem::path& out) {
  if (name != kFashionMnist) {
    throw EvaluationError(fmt::format("there is no built-in table {}; evonas carries {}",
                                      evonas::quoted(name), kFashionMnist));
  }
  const ScratchFolder folder;
  const std::filesystem::path csv = folder.path() / "table.csv.gz";
  std::ofstream(csv, std::ios::binary)
      .write(evonas_table_nasbench201_fashion_mnist_begin,
             evonas_table_nasbench201_fashion_mnist_end -
                 evonas_table_nasbench201_fashion_mnist_begin);
  const spaces::AnySpace space(spaces::NasBench201({.channels = 8, .cells_per_stage = 1}));
  import_table(space, csv, "architecture", fashion_mnist_metrics(), out,
               {.required = {"accuracy"},
                .about = {.source = "trained by evonas itself, see experiments/embedded_table",
                          .licence = "Apache-2.0",
                          .command = "evonas table build experiments/embedded_table.yaml"}});
}

}  // namespace evonas::evaluation
