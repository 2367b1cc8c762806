#include "spaces/search_space.hpp"

#include <doctest/doctest.h>

#include "spaces/nasbench201.hpp"

using namespace evonas;
using namespace evonas::spaces;

namespace {

/// A space with one planted fault at a time: what the wrapper has to notice.
struct FaultySpace {
  enum class Fault {
    None,
    Sample,
    MutateSame,
    MutateOut,
    Crossover,
    Cell,
    Network,
    NoOutput,
    Auxiliary,
    Parse
  };
  Fault fault = Fault::None;

  NasBench201 inner{NasBench201Options{.channels = 4, .cells_per_stage = 1}};
  Genotype outside{std::vector<Genotype::Gene>{9, 9}};

  std::string name() const { return "faulty"; }
  Genotype sample(Rng& rng) const { return fault == Fault::Sample ? outside : inner.sample(rng); }
  Genotype mutate(const Genotype& parent, Rng& rng) const {
    if (fault == Fault::MutateSame) return parent;
    return fault == Fault::MutateOut ? outside : inner.mutate(parent, rng);
  }
  Genotype crossover(const Genotype& a, const Genotype& b, Rng& rng) const {
    return fault == Fault::Crossover ? outside : inner.crossover(a, b, rng);
  }
  void validate(const Genotype& genotype) const { inner.validate(genotype); }
  Key key(const Genotype& genotype) const { return inner.key(genotype); }
  graph::Graph cell(const Genotype& genotype) const {
    return fault == Fault::Cell ? graph::Graph{} : inner.cell(genotype);
  }
  graph::Graph network(const Genotype& genotype, const NetworkInput& input) const {
    NetworkInput built = input;
    if (fault == Fault::Network) ++built.classes;
    graph::Graph network = inner.network(genotype, built);
    if (fault == Fault::NoOutput) network.set_outputs({});
    if (fault == Fault::Auxiliary) network.set_outputs({network.outputs()[0], 0});
    return network;
  }
  std::string format(const Genotype& genotype) const { return inner.format(genotype); }
  Genotype parse(std::string_view text) const {
    return fault == Fault::Parse ? outside : inner.parse(text);
  }
};
static_assert(SearchSpace<FaultySpace>);
static_assert(!EnumerableSpace<FaultySpace>);
static_assert(!NeighbourhoodSpace<FaultySpace>);

/// The message of the SpaceError that `call` throws; empty where it throws none.
template <class Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const SpaceError& error) {
    return error.what();
  }
  return {};
}

bool blames_the_space(const std::string& message) {
  return message.starts_with("the space faulty is faulty: ");
}

}  // namespace

TEST_CASE("the wrapper names a space that breaks its word") {
  using Fault = FaultySpace::Fault;
  Rng rng(1, "test");
  const Genotype good = NasBench201().at(77);
  const std::string text = NasBench201().format(good);
  const auto space = [](Fault fault) { return AnySpace(FaultySpace{.fault = fault}); };

  CHECK(blames_the_space(error_of([&] { space(Fault::Sample).sample(rng); })));
  CHECK(blames_the_space(error_of([&] { space(Fault::MutateSame).mutate(good, rng); })));
  CHECK(blames_the_space(error_of([&] { space(Fault::MutateOut).mutate(good, rng); })));
  CHECK(blames_the_space(error_of([&] { space(Fault::Crossover).crossover(good, good, rng); })));
  CHECK(blames_the_space(error_of([&] { space(Fault::Cell).cell(good); })));
  CHECK(blames_the_space(error_of([&] { space(Fault::Network).network(good, {}); })));
  CHECK(blames_the_space(error_of([&] { space(Fault::NoOutput).network(good, {}); })));
  CHECK(error_of([&] { space(Fault::Auxiliary).network(good, {}); })
            .ends_with("has 2 outputs of the shapes 10, 3x32x32, expected one or more, each of "
                       "shape 10"));
  CHECK(blames_the_space(error_of([&] { space(Fault::Parse).parse(text); })));

  const AnySpace sound = space(Fault::None);
  CHECK_NOTHROW(sound.sample(rng));
  CHECK_NOTHROW(sound.mutate(good, rng));
  CHECK_NOTHROW(sound.crossover(good, good, rng));
  CHECK_NOTHROW(sound.cell(good));
  CHECK_NOTHROW(sound.network(good, {}));
  CHECK(sound.parse(text) == good);
}

TEST_CASE("abilities that a space lacks are refused by name") {
  const AnySpace space{FaultySpace{}};
  CHECK_FALSE(space.size().has_value());
  CHECK_FALSE(space.has_neighbours());
  CHECK(error_of([&] { space.at(0); }) == "the space faulty cannot be enumerated");
  CHECK(error_of([&] { space.neighbours(NasBench201().at(0)); }) ==
        "the space faulty does not list neighbours");
}

TEST_CASE("annotations are a space's own, and as many as their names") {
  struct Annotated : FaultySpace {
    std::vector<std::string> texts{"text"};
    std::vector<std::string> annotation_names() const { return {"word"}; }
    std::vector<std::string> annotations(const Genotype&) const { return texts; }
  };
  static_assert(AnnotatedSpace<Annotated>);
  static_assert(!AnnotatedSpace<FaultySpace>);
  const Genotype good = NasBench201().at(77);
  CHECK(AnySpace(FaultySpace{}).annotation_names().empty());
  CHECK(AnySpace(FaultySpace{}).annotations(good).empty());
  Annotated space;
  CHECK(AnySpace(space).annotation_names() == std::vector<std::string>{"word"});
  CHECK(AnySpace(space).annotations(good) == std::vector<std::string>{"text"});
  space.texts.emplace_back("one too many");
  CHECK(blames_the_space(error_of([&] { AnySpace(space).annotations(good); })));
}

TEST_CASE("genes are described where a space does") {
  CHECK(AnySpace(FaultySpace{}).describe_genes().empty());
  const std::vector<GeneDescription> genes = AnySpace(NasBench201()).describe_genes();
  REQUIRE(genes.size() == 6);
  CHECK(genes[2].name == "1->2");
  CHECK(genes[2].text_of(3) == "nor_conv_3x3");
  CHECK(genes[2].text_of(5) == "5");
  CHECK(genes[2].text_of(-1) == "-1");
  CHECK(GeneDescription{.name = "resolution"}.text_of(224) == "224");
}

TEST_CASE("an index past the end is refused with the size") {
  const AnySpace space{NasBench201()};
  CHECK(error_of([&] { space.at(15625); }) ==
        "there is no architecture number 15625 in the space nasbench201: it has 15625, counted "
        "from 0");
}
