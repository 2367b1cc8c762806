#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/config/space_section.hpp"
#include "python/bindings.hpp"
#include "spaces/space_list.hpp"
#include "yaml/writer.hpp"

namespace evonas::python {
namespace {

using Genes = std::vector<spaces::Genotype::Gene>;
using GeneRows = nb::ndarray<const std::int64_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

/// Options as a call names them: channels=8.
std::vector<std::string> words_of(const nb::kwargs& arguments) {
  std::vector<std::string> options;
  for (const auto& [key, value] : arguments) {
    std::string text;
    if (nb::isinstance<nb::bool_>(value)) {
      text = yaml::scalar(nb::cast<bool>(value));
    } else if (nb::isinstance<nb::int_>(value) || nb::isinstance<nb::float_>(value)) {
      text = nb::str(value).c_str();
    } else {
      text = yaml::scalar(std::string(nb::str(value).c_str()));
    }
    options.push_back(fmt::format("{}={}", nb::str(key).c_str(), text));
  }
  return options;
}

Architecture checked(const SpacePointer& space, spaces::Genotype genotype) {
  space->space.validate(genotype);
  return {space, std::move(genotype)};
}

const spaces::Genotype& own(const SpacePointer& space, const Architecture& architecture) {
  space->space.validate(architecture.genotype);
  return architecture.genotype;
}

std::vector<Architecture> sample(const SpacePointer& space, std::uint64_t count,
                                 std::uint64_t seed) {
  std::vector<Architecture> architectures;
  for (std::uint64_t i = 0; i < count; ++i) {
    Rng rng(seed, "space sample", i);
    architectures.push_back({space, space->space.sample(rng)});
  }
  return architectures;
}

Architecture mutate(const SpacePointer& space, const Architecture& parent, std::uint64_t seed) {
  Rng rng(seed, "python mutate");
  return {space, space->space.mutate(own(space, parent), rng)};
}

Architecture crossover(const SpacePointer& space, const Architecture& a, const Architecture& b,
                       std::uint64_t seed) {
  Rng rng(seed, "python crossover");
  return {space, space->space.crossover(own(space, a), own(space, b), rng)};
}

std::vector<Architecture> neighbours(const SpacePointer& space, const Architecture& architecture) {
  std::vector<Architecture> found;
  for (spaces::Genotype& genotype : space->space.neighbours(own(space, architecture))) {
    found.push_back({space, std::move(genotype)});
  }
  return found;
}

std::vector<Architecture> from_rows(const SpacePointer& space, const GeneRows& rows) {
  std::vector<Architecture> architectures;
  for (std::size_t row = 0; row < rows.shape(0); ++row) {
    Genes genes;
    for (std::size_t i = 0; i < rows.shape(1); ++i) {
      const std::int64_t gene = rows(row, i);
      if (gene != static_cast<spaces::Genotype::Gene>(gene)) {
        throw spaces::SpaceError(fmt::format("row {}: {} is no gene of any space", row, gene));
      }
      genes.push_back(static_cast<spaces::Genotype::Gene>(gene));
    }
    architectures.push_back(checked(space, spaces::Genotype(std::move(genes))));
  }
  return architectures;
}

std::vector<std::pair<std::string, std::vector<std::string>>> gene_words(const Space& space) {
  std::vector<std::pair<std::string, std::vector<std::string>>> words;
  for (const spaces::GeneDescription& gene : space.space.describe_genes()) {
    words.emplace_back(gene.name, gene.values);
  }
  return words;
}

}  // namespace

void bind_spaces(nb::module_& module) {
  module.def("space_names", &spaces::space_names, "The names of the spaces that evonas has.");
  nb::class_<Space>(module, "Space",
                    "A search space by its name (space_names()), or the shared library of one's "
                    "own, with its options: Space(\"nasbench201\", channels=8). Immutable. Can be "
                    "pickled, with the declaration that it is read from; not so a library.")
      .def(
          "__init__",
          [](Space* self, const std::string& name, const nb::kwargs& options) {
            const std::vector<std::string> words = words_of(options);
            new (self) Space{config::make_space(name, words), name, words};
          },
          nb::arg("name"), nb::arg("options"))
      .def_prop_ro(
          "name", [](const Space& self) { return self.space.name(); },
          "The word that configurations use.")
      .def_prop_ro(
          "options", [](const Space& self) { return self.options; },
          "The options that were given, as in channels=8.")
      .def_prop_ro(
          "words", [](const Space& self) { return std::make_pair(self.name, self.options); },
          "What makes it again: its name, or the path of its library, and its options.")
      .def_prop_ro(
          "size", [](const Space& self) { return self.space.size(); },
          "How many genotypes there are; None where they cannot be enumerated.")
      .def_prop_ro("genes", &gene_words,
                   "The names of the genes, and what each value of them stands for; empty where "
                   "the space does not say.")
      .def("sample", &sample, nb::arg("n") = 1, nb::arg("seed") = 1,
           nb::call_guard<nb::gil_scoped_release>(),
           "Random architectures: those of `evonas space sample -n N --seed SEED`.")
      .def("mutate", &mutate, nb::arg("parent"), nb::arg("seed"),
           nb::call_guard<nb::gil_scoped_release>(), "An architecture one small step away.")
      .def("crossover", &crossover, nb::arg("a"), nb::arg("b"), nb::arg("seed"),
           nb::call_guard<nb::gil_scoped_release>(), "A child of both.")
      .def("neighbours", &neighbours, nb::arg("architecture"),
           nb::call_guard<nb::gil_scoped_release>(),
           "All architectures one small step away. Raises SpaceError where the space does not list "
           "them.")
      .def(
          "parse",
          [](const SpacePointer& self, const std::string& text) {
            return Architecture{self, self->space.parse(text)};
          },
          nb::arg("text"), "The architecture that is written so. Raises SpaceError.")
      .def(
          "from_genes",
          [](const SpacePointer& self, const Genes& genes) {
            return checked(self, spaces::Genotype(genes));
          },
          nb::arg("genes"), "The architecture with these genes. Raises SpaceError.")
      .def("from_array", &from_rows, nb::arg("genes"),
           "The architectures whose genes are the rows of an int64 array. Raises SpaceError.")
      .def(
          "at",
          [](const SpacePointer& self, std::uint64_t index) {
            return Architecture{self, self->space.at(index)};
          },
          nb::arg("index"), "Number `index` of a space that can be enumerated, from 0.")
      .def("__repr__",
           [](const Space& self) {
             return fmt::format("Space({}{}{})", self.name, self.options.empty() ? "" : ", ",
                                fmt::join(self.options, ", "));
           })
      .def("__getstate__",
           [](const Space& self) {
             return nb::module_::import_("evonas.spaces").attr("pack")(self.name, self.options);
           })
      .def("__setstate__", [](Space& self, const nb::object& state) {
        const auto [name, words] = nb::cast<std::pair<std::string, std::vector<std::string>>>(
            nb::module_::import_("evonas.spaces").attr("unpack")(state));
        new (&self) Space{config::make_space(name, words), name, words};
      });
}

}  // namespace evonas::python
