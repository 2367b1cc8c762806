#include "evaluation/torchscript/torchscript_evaluator.hpp"

#include <fstream>
#include <map>
#include <string>

#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <torch/script.h>

#include "contract/evaluator_contract.hpp"
#include "message_of.hpp"
#include "spaces/darts.hpp"
#include "spaces/nasbench101.hpp"
#include "temporary_folder.hpp"
#include "torch_doctest.hpp"

namespace evonas::evaluation {
namespace {

using tests::TemporaryFolder;

const spaces::AnySpace& darts() {
  static const spaces::AnySpace space{spaces::Darts()};
  return space;
}

/// A TorchScript file whose forward(genes) is `body`, with `weight` a matrix [32, 9].
std::filesystem::path script_in(const TemporaryFolder& folder, const std::string& body,
                                const std::string& name = "labels.pt") {
  torch::jit::Module module(c10::QualifiedName("__torch__.Labels"));
  const torch::Tensor numbers = torch::arange(32 * 9, torch::kFloat32);
  module.register_parameter("weight", torch::sin(numbers).reshape({32, 9}), false);
  module.register_attribute("training", c10::BoolType::get(), true);
  std::string script = "def forward(self, genes):\n";
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = std::min(body.find('\n', begin), body.size());
    script += "    " + body.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  module.define(script);
  const std::filesystem::path file = folder / name;
  module.save(file.string());
  return file;
}

/// A small network of two layers, two numbers.
constexpr const char* kNetwork =
    "x = torch.tanh(torch.matmul(genes.float(), self.weight))\n"
    "return torch.stack([x.sum(1), 100.0 + x[:, 0]], 1)";

ScriptOutput output(const std::string& name, std::size_t column = 0,
                    CostClass cost = CostClass::Simulated) {
  return {.metric = {name, "%", cost}, .column = column};
}

std::string refusal_of(const std::filesystem::path& file, std::vector<ScriptOutput> outputs,
                       const spaces::AnySpace& space = darts()) {
  return tests::message_of<EvaluationError>(
      [&] { TorchScriptEvaluator(space, file, std::move(outputs)); });
}

std::string refusal_of_body(const std::string& body) {
  const TemporaryFolder folder;
  return refusal_of(script_in(folder, body), {output("accuracy")});
}

double value_at(const std::optional<Outcome>& outcome, const std::string& metric = "accuracy") {
  REQUIRE(outcome.has_value());
  REQUIRE(outcome->failure == "");
  return outcome->metrics.at(metric).value;
}

}  // namespace

TEST_CASE("a TorchScript module labels architectures by their genes") {
  const TemporaryFolder folder;
  TorchScriptEvaluator evaluator(darts(), script_in(folder, "return genes.float().sum(1)"),
                                 {output("accuracy")});
  REQUIRE(evaluator.metrics().size() == 1);
  CHECK(evaluator.metrics().front().unit == "%");
  CHECK(evaluator.metrics().front().cost == CostClass::Simulated);
  const auto block = tests::sample_candidates(darts(), 70);
  tests::check_evaluator(evaluator, block);
  const auto outcomes = tests::outcomes_of(evaluator, block);
  for (std::size_t i = 0; i < block.size(); ++i) {
    int sum = 0;
    for (const auto gene : block[i].genotype.genes()) sum += gene;
    CHECK(value_at(outcomes[i]) == sum);
    CHECK(outcomes[i]->seconds == 0.0);
  }
}

TEST_CASE("labels depend neither on what is asked beside nor on the number of threads") {
  const TemporaryFolder folder;
  const auto file = script_in(folder, kNetwork);
  const auto block = tests::sample_candidates(darts(), 100);
  const tbb::global_control eight(tbb::global_control::max_allowed_parallelism, 8);
  TorchScriptEvaluator evaluator(darts(), file, {output("accuracy"), output("other", 1)});
  tests::check_evaluator(evaluator, block);
  const auto whole = tests::outcomes_of(evaluator, block);
  for (const int threads : {1, 2, 3, 8}) {
    tbb::task_arena arena(threads);
    arena.execute([&] {
      TorchScriptEvaluator again(darts(), file, {output("accuracy"), output("other", 1)});
      const auto outcomes = tests::outcomes_of(again, block);
      for (std::size_t i = 0; i < block.size(); ++i) {
        CHECK((outcomes[i]->metrics == whole[i]->metrics));
      }
    });
  }
  for (const std::size_t size : {1, 7, 33}) {
    for (std::size_t begin = 0; begin + size <= block.size(); begin += size) {
      const std::vector<Candidate> part(block.begin() + static_cast<std::ptrdiff_t>(begin),
                                        block.begin() + static_cast<std::ptrdiff_t>(begin + size));
      const auto outcomes = tests::outcomes_of(evaluator, part);
      for (std::size_t i = 0; i < size; ++i) {
        CHECK((outcomes[i]->metrics == whole[begin + i]->metrics));
      }
    }
  }
}

TEST_CASE("a module whose rows depend on their place is asked for one architecture at a time") {
  const TemporaryFolder folder;
  TorchScriptEvaluator evaluator(
      darts(),
      script_in(folder,
                "x = genes.float().sum(1)\n"
                "return x + 0.001 * torch.arange(genes.size(0)).float()"),
      {output("accuracy")});
  const auto block = tests::sample_candidates(darts(), 40);
  for (std::size_t i = 0; const auto& outcome : tests::outcomes_of(evaluator, block)) {
    double sum = 0.0;
    for (const auto gene : block[i++].genotype.genes()) sum += gene;
    CHECK(value_at(outcome) == sum);
  }
  // One that drops dimensions of one element too.
  TorchScriptEvaluator squeezed(
      darts(),
      script_in(folder,
                "x = genes.float().sum(1, keepdim=True)\n"
                "y = x + 0.001 * torch.arange(genes.size(0)).float().unsqueeze(1)\n"
                "return y.squeeze()"),
      {output("accuracy")});
  CHECK(value_at(tests::outcomes_of(squeezed, {block.front()}).front()) ==
        value_at(tests::outcomes_of(evaluator, {block.front()}).front()));
}

TEST_CASE("a number that is none fails its architecture, and the others go on") {
  const TemporaryFolder folder;
  TorchScriptEvaluator evaluator(
      darts(),
      script_in(folder,
                "x = genes.float()\n"
                "return torch.stack([torch.sqrt(2.5 - x[:, 0]), x[:, 1]], 1)"),
      {output("accuracy"), output("took", 1)}, "took");
  const auto block = tests::sample_candidates(darts(), 50);
  tests::check_evaluator(evaluator, block);
  const auto outcomes = tests::outcomes_of(evaluator, block);
  std::size_t failures = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    REQUIRE(outcomes[i].has_value());
    CHECK(outcomes[i]->ok() == (block[i].genotype[0] <= 2));
    // What a failed evaluation took counts too.
    CHECK(outcomes[i]->seconds == block[i].genotype[1]);
    if (outcomes[i]->ok()) continue;
    ++failures;
    CHECK(outcomes[i]->failure.find("labels.pt: the TorchScript module gives nan for accuracy") !=
          std::string::npos);
  }
  CHECK(failures > 5);
  CHECK(failures < 45);
}

TEST_CASE("architectures of another number of genes fail") {
  const TemporaryFolder folder;
  const spaces::AnySpace space{spaces::NasBench101()};
  TorchScriptEvaluator evaluator(space, script_in(folder, "return genes.float().sum(1)"),
                                 {output("accuracy")});
  const auto block = tests::sample_candidates(space, 40);
  std::map<std::size_t, std::size_t> labelled;
  for (std::size_t i = 0; const auto& outcome : tests::outcomes_of(evaluator, block)) {
    const std::size_t genes = block[i++].genotype.size();
    REQUIRE(outcome.has_value());
    if (outcome->ok()) {
      ++labelled[genes];
    } else {
      CHECK(outcome->failure.find("genes cannot be asked beside those of") != std::string::npos);
    }
  }
  CHECK(labelled.size() <= 1);
}

TEST_CASE("what is no module of labels is refused with the reason") {
  const TemporaryFolder folder;
  const auto expect = [](const std::string& message, const std::string& part) {
    CAPTURE(message);
    CAPTURE(part);
    CHECK(message.find(part) != std::string::npos);
  };
  expect(refusal_of(folder / "absent.pt", {output("accuracy")}),
         "absent.pt: there is no such file");
  expect(refusal_of(folder.path(), {output("accuracy")}), "there is no such file");
  expect(refusal_of(folder.write("text.pt", "no module"), {output("accuracy")}),
         "text.pt: this is no TorchScript module, as torch.jit.script(module).save(FILE)");
  const auto file = script_in(folder, kNetwork);
  std::string bytes = tests::read_text(file);
  bytes.resize(bytes.size() / 2);
  expect(refusal_of(folder.write("cut.pt", bytes), {output("accuracy")}),
         "cut.pt: this is no TorchScript module");
  {
    const torch::jit::Module empty(c10::QualifiedName("__torch__.Empty"));
    empty.save((folder / "empty.pt").string());
  }
  expect(refusal_of(folder / "empty.pt", {output("accuracy")}), "has no method forward");
  expect(refusal_of(file, {output("accuracy"), output("seconds", 2)}),
         "gives 2 numbers for an architecture, so there is no output 2 for seconds");
  expect(refusal_of(file, {output("accuracy")}, spaces::AnySpace{spaces::NasBench101()}),
         "the TorchScript module fails for 32 architectures of");

  expect(refusal_of_body("return torch.rand([genes.size(0)])"),
         "gives other numbers for the same architectures");
  expect(refusal_of_body("return genes.sum(1)"), "returns no tensor of floats");
  expect(refusal_of_body("return 1.5"), "returns no tensor of floats");
  expect(refusal_of_body("return genes.float().sum()"),
         "for 32 architectures the TorchScript module returns a tensor []; expected [32], "
         "or [32, metrics]");
  expect(refusal_of_body("return genes.float()[1:].sum(1)"), "returns a tensor [31]");
  expect(refusal_of_body("assert genes.size(1) == 46, '46 genes are expected'\n"
                         "return genes.float().sum(1)"),
         "46 genes are expected");
}

TEST_CASE("a module runs as evaluation: dropout drops nothing") {
  CHECK(refusal_of_body("x = genes.float()\n"
                        "return torch.dropout(x, 0.5, self.training).sum(1)")
            .empty());
}

TEST_CASE("the identity is that of the file and of the outputs that are read") {
  const TemporaryFolder folder;
  const auto file = script_in(folder, kNetwork);
  const auto identity = [](const std::filesystem::path& path, std::size_t column) {
    return TorchScriptEvaluator(darts(), path, {output("accuracy", column)}).identity();
  };
  const std::string first = identity(file, 0);
  CHECK(first.ends_with(" accuracy=0"));
  const std::filesystem::path copy = folder / "copy.pt";
  std::filesystem::copy_file(file, copy);
  CHECK(identity(copy, 0) == first);
  CHECK(identity(file, 1) != first);
  CHECK(identity(script_in(folder, "return genes.float().sum(1)", "other.pt"), 0) != first);
}

}  // namespace evonas::evaluation
