#include "report/gene_importance.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "base/json.hpp"
#include "base/random.hpp"
#include "report/additive_model.hpp"
#include "report/sample_runs.hpp"

using namespace evonas;
using namespace evonas::report;

namespace {

using spaces::Genotype;

/// Random genotypes of four genes of three values.
std::vector<Genotype> random_genotypes(std::size_t count) {
  std::vector<Genotype> genotypes;
  for (std::size_t i = 0; i < count; ++i) {
    Rng rng(1, "genotype", i);
    std::vector<Genotype::Gene> genes;
    for (int gene = 0; gene < 4; ++gene) {
      genes.push_back(static_cast<Genotype::Gene>(rng.below(3)));
    }
    genotypes.emplace_back(genes);
  }
  return genotypes;
}

template <class Function>
std::vector<double> values_of(const std::vector<Genotype>& genotypes, const Function& function) {
  std::vector<double> values;
  for (std::size_t i = 0; i < genotypes.size(); ++i) {
    Rng noise(1, "noise", i);
    values.push_back(function(genotypes[i], noise));
  }
  return values;
}

/// Cells of random numbers; accuracy follows from the first edge, latency from the last.
Run run_of_edges(std::size_t count) {
  std::vector<search::EvaluationRecord> evaluations;
  for (std::uint64_t i = 0; i < count; ++i) {
    Rng rng(1, "cell", i);
    evaluations.push_back(sample_evaluation(i, rng.below(15625), 0.0, 1.0));
    const Genotype& genotype = evaluations.back().genotype;
    evaluations.back().metrics["accuracy"].value = 60.0 + 5.0 * genotype[0] + rng.uniform();
    evaluations.back().metrics["latency_ms"].value = 1.0 + 0.5 * genotype[5];
  }
  return sample_run(evaluations, accuracy_and_latency());
}

}  // namespace

TEST_CASE("an additive model finds what each gene explains") {
  const auto genotypes = random_genotypes(300);
  const GeneShares shares =
      gene_shares(genotypes, values_of(genotypes, [](const Genotype& genotype, Rng& noise) {
                    return 3.0 * genotype[0] - genotype[2] + 0.1 * noise.normal();
                  }));
  REQUIRE(shares.shares.size() == 4);
  CHECK(shares.shares[0] == doctest::Approx(0.9).epsilon(0.1));
  CHECK(shares.shares[1] < 0.001);
  CHECK(shares.shares[2] == doctest::Approx(0.1).epsilon(0.2));
  CHECK(shares.shares[3] < 0.001);
  CHECK(shares.explained > 0.98);
  CHECK(shares.explained <= 1.0);
}

TEST_CASE("effects need not be in the order of the values") {
  const auto genotypes = random_genotypes(200);
  const GeneShares shares =
      gene_shares(genotypes, values_of(genotypes, [](const Genotype& genotype, Rng&) {
                    return genotype[3] == 1 ? 1.0 : 0.0;
                  }));
  CHECK(shares.shares[3] > 0.95);
  CHECK(shares.shares[0] < 0.001);
}

TEST_CASE("nothing is read into noise") {
  const auto genotypes = random_genotypes(100);
  const GeneShares shares = gene_shares(
      genotypes, values_of(genotypes, [](const Genotype&, Rng& noise) { return noise.normal(); }));
  CHECK(shares.explained < 0.05);
  for (const double share : shares.shares) CHECK(share < 0.05);
  const std::vector<double> equal(genotypes.size(), 2.5);
  CHECK(gene_shares(genotypes, equal).shares == std::vector<double>(4, 0.0));
  CHECK(gene_shares(genotypes, equal).explained == 0.0);
}

TEST_CASE("a gene gets nothing for what another does that comes along with it") {
  auto genotypes = random_genotypes(400);
  for (std::size_t i = 0; i < genotypes.size(); ++i) {
    if (i % 10 == 0) continue;
    std::vector<Genotype::Gene> genes(genotypes[i].genes().begin(), genotypes[i].genes().end());
    genes[1] = genes[0];
    genotypes[i] = Genotype(genes);
  }
  const GeneShares shares =
      gene_shares(genotypes, values_of(genotypes, [](const Genotype& genotype, Rng& noise) {
                    return genotype[0] + 0.1 * noise.normal();
                  }));
  CHECK(shares.shares[0] > 0.9);
  CHECK(shares.shares[1] < 0.01);
}

TEST_CASE("the genes of a run are named, and matter to each objective by themselves") {
  const auto importances = gene_importance(run_of_edges(150));
  REQUIRE(importances.size() == 2);
  CHECK(importances[0].metric == "accuracy");
  CHECK(importances[0].genes[0] == "0->1");
  CHECK(importances[0].shares[0] > 0.85);
  CHECK(importances[0].shares[5] < 0.01);
  CHECK(importances[1].metric == "latency_ms");
  CHECK(importances[1].shares[5] > 0.85);
  CHECK(importances[0].evaluations == std::optional<std::size_t>(150));
  CHECK(importances[0].explained.value() > 0.85);
}

TEST_CASE("what the predictor of the search says is told instead, of what it predicted") {
  Run run = run_of_edges(150);
  const std::vector<double> said{0.1, 0.2, 0.3, 0.15, 0.05, 0.25};
  run.summary.gene_importance["accuracy"] = said;
  const auto importances = gene_importance(run);
  REQUIRE(importances.size() == 2);
  CHECK(importances[0].shares == said);
  CHECK_FALSE(importances[0].evaluations);
  CHECK_FALSE(importances[0].explained);
  CHECK(importances[1].evaluations);
}

TEST_CASE("a few evaluations say nothing of genes, and failures are no values") {
  CHECK(gene_importance(sample_run()).empty());
  CHECK(gene_importance(run_of_edges(9)).empty());
  Run run = run_of_edges(20);
  for (std::size_t i = 0; i < 5; ++i) {
    run.summary.evaluations[i].failure = "diverged";
    run.summary.evaluations[i].metrics.clear();
  }
  run.summary.evaluations[5].metrics["accuracy"].value = std::numeric_limits<double>::infinity();
  // A genotype that is shorter than the others.
  run.summary.evaluations[6].genotype = Genotype({0, 1});
  CHECK(gene_importance(run).at(0).evaluations == std::optional<std::size_t>(13));
}

TEST_CASE("the importance of genes is in the report data of one run") {
  const Run run = run_of_edges(60);
  const nlohmann::json json = report_json(run).at("runs").at(0).at("gene_importance");
  REQUIRE(json.size() == 2);
  CHECK(json.at(0).at("metric") == "accuracy");
  CHECK(json.at(0).at("evaluations") == 60);
  CHECK(json.at(0).at("genes").at(0).at("name") == "0->1");
  CHECK(json.at(0).at("genes").size() == 6);
  CHECK(report_json(std::vector<Run>{run, run}).at("runs").at(0).at("gene_importance").empty());
}
