#include "evaluation/latency/latency.hpp"
#include "evaluation/training/network_module.hpp"
#include "evaluation/training/training_evaluator.hpp"
#include "graph/network_builder.hpp"
#include "graph/passes.hpp"
#include "spaces/blocks.hpp"
#include "torch_doctest.hpp"
#include "training/training_fixture.hpp"

namespace evonas::evaluation {
namespace {

graph::Graph dropping(const char* op, double ratio) {
  graph::NetworkBuilder builder;
  return builder.finish(builder.unary(op, builder.input({2, 3, 3}), {{"ratio", ratio}}));
}

/// Share of zeros, after a check that all else is scaled to keep the mean.
double share_of_zeros(const torch::Tensor& values, double ratio) {
  const torch::Tensor zero = values.eq(0.0);
  const torch::Tensor kept = (values - 1.0 / (1.0 - ratio)).abs().lt(1e-6);
  CHECK((zero | kept).all().item<bool>());
  return zero.to(torch::kFloat64).mean().item<double>();
}

/// A network with DropPath, Dropout and an auxiliary classifier for 14 x 14 grey images.
graph::Graph auxiliary_network(double drop_path = 0.3) {
  graph::NetworkBuilder builder;
  graph::NodeId x = builder.input({1, 14, 14});
  x = builder.relu(spaces::conv_bn(builder, x, 8, 3, 2));
  const graph::NodeId branch = spaces::conv_bn(builder, x, 8, 3);
  x = builder.add({x, builder.unary("DropPath", branch, {{"ratio", drop_path}})});
  const graph::NodeId features = builder.flatten(builder.relu(x));
  const graph::NodeId side = builder.flatten(builder.average_pool(x, {.kernel = 3, .stride = 2}));
  return builder.finish(builder.gemm(builder.unary("Dropout", features, {{"ratio", 0.1}}), 10),
                        {builder.gemm(side, 10)});
}

struct NetworkTrainingFixture : tests::TrainingFixture {
  TrainingResult train(const graph::Graph& network, std::uint64_t seed = 1) const {
    const TrainingEvaluator evaluator(tests::small_space(), options, "accuracy", 1);
    return evaluator.train(network, seed, {}).value();
  }
};

}  // namespace

TEST_CASE("DropPath zeros whole images while training, with its share of the ratio") {
  const torch::Tensor x = torch::ones({4000, 2, 3, 3});
  NetworkModule module(dropping("DropPath", 0.4), 7);
  const torch::Tensor first = module.forward(x);
  CHECK(std::abs(share_of_zeros(first, 0.4) - 0.4) < 0.04);  // 5 sigma
  const torch::Tensor images = first.flatten(1);
  CHECK(images.eq(images.narrow(1, 0, 1)).all().item<bool>());

  module.set_drop_path_share(0.5);
  CHECK(std::abs(share_of_zeros(module.forward(x), 0.2) - 0.2) < 0.032);
  module.set_drop_path_share(0.0);
  CHECK(torch::equal(module.forward(x), x));
  module.set_drop_path_share(1.0);
  module.eval();
  CHECK(torch::equal(module.forward(x), x));
}

TEST_CASE("Dropout zeros elements while training, and the share of DropPath leaves it alone") {
  const torch::Tensor x = torch::ones({1000, 2, 3, 3});
  NetworkModule module(dropping("Dropout", 0.25), 7);
  module.set_drop_path_share(0.0);
  CHECK(std::abs(share_of_zeros(module.forward(x), 0.25) - 0.25) < 0.017);
  module.eval();
  CHECK(torch::equal(module.forward(x), x));
  NetworkModule all(dropping("Dropout", 1.0), 7);
  CHECK(all.forward(x).eq(0.0).all().item<bool>());
}

TEST_CASE("what is dropped follows from the seed and the call") {
  const torch::Tensor x = torch::ones({100, 2, 3, 3});
  for (const char* op : {"Dropout", "DropPath"}) {
    const graph::Graph network = dropping(op, 0.5);
    NetworkModule a(network, 7);
    NetworkModule b(network, 7);
    NetworkModule other(network, 8);
    const torch::Tensor first = a.forward(x);
    const torch::Tensor second = a.forward(x);
    CHECK(torch::equal(b.forward(x), first));
    CHECK(torch::equal(b.forward(x), second));
    CHECK_FALSE(torch::equal(first, second));
    CHECK_FALSE(torch::equal(other.forward(x), first));
    const torch::Tensor half = other.forward(x.to(torch::kBFloat16));
    CHECK((half.scalar_type() == torch::kBFloat16));
  }
}

TEST_CASE("auxiliary outputs are there while training only, and evaluation does without them") {
  const graph::Graph network = auxiliary_network();
  const torch::Tensor x = torch::sin(torch::arange(5 * 196, torch::kFloat32))
                              .reshape({5, 1, 14, 14})
                              .contiguous(torch::MemoryFormat::ChannelsLast);
  NetworkModule module(network, 3);
  const std::vector<torch::Tensor> trained = module.outputs({x});
  REQUIRE(trained.size() == 2);
  CHECK_FALSE(torch::equal(trained[0], trained[1]));
  trained[1].sum().backward();
  CHECK(module.named_parameters()[network[network.outputs()[1]].name + "_weight"].grad().defined());

  module.eval();
  NetworkModule used(graph::inference_network(network), 3);
  used.eval();
  // Running statistics of the one step above.
  for (const auto& buffer : used.named_buffers()) {
    buffer.value().copy_(module.named_buffers()[buffer.key()]);
  }
  CHECK(module.outputs({x}).size() == 1);
  CHECK(torch::equal(module.forward(x), used.forward(x)));
  CHECK(used.parameters().size() + 2 == module.parameters().size());
}

TEST_CASE("latency leaves out what acts in training only") {
  const tests::TemporaryFolder folder;
  LatencyOptions options;
  options.max_seconds = 0.01;
  options.warmup_seconds = 0.0;
  LatencyLookup lookup(folder.path() / "latency.csv", options);
  const graph::Graph network = auxiliary_network();
  const double used = lookup.latency_ms(graph::inference_network(network), true);
  const std::size_t entries = lookup.size();
  CHECK(lookup.latency_ms(network, false) == used);
  CHECK(lookup.size() == entries);
  CHECK(measure_latency(network, options).median_ms > 0.0);
}

TEST_CASE_FIXTURE(NetworkTrainingFixture,
                  "a network with an auxiliary classifier and DropPath learns, repeatably") {
  const TrainingResult result = train(auxiliary_network());
  CHECK(result.validation_accuracy > 60.0);
  const TrainingResult again = train(auxiliary_network());
  CHECK(again.validation_loss == result.validation_loss);
  CHECK(again.train_loss == result.train_loss);
  CHECK(train(auxiliary_network(), 2).validation_loss != result.validation_loss);
}

TEST_CASE_FIXTURE(NetworkTrainingFixture,
                  "the auxiliary loss has its weight, and DropPath begins at nothing") {
  options.epochs = 1;
  const TrainingResult weighted = train(auxiliary_network());
  // In the one and only epoch its share is zero.
  CHECK(train(auxiliary_network(0.9)).validation_loss == weighted.validation_loss);
  options.auxiliary_weight = 0.0;
  const TrainingResult without = train(auxiliary_network());
  CHECK(without.train_loss < weighted.train_loss);
  CHECK(without.validation_loss != weighted.validation_loss);
  options.epochs = 2;
  CHECK(train(auxiliary_network(0.9)).validation_loss !=
        train(auxiliary_network(0.3)).validation_loss);
}

}  // namespace evonas::evaluation
