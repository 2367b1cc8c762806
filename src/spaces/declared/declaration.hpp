#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.hpp"
#include "spaces/declared/settings.hpp"
#include "yaml/document.hpp"

namespace evonas::spaces::declared {

/// A search space as its YAML file writes it down; configs/spaces/reference.yaml explains the
/// language. Everything here is what a person wrote: see genes.hpp for what can be chosen, and
/// plan.hpp for what a choice builds.

/// A word of the user's own for an operation with settings that never change.
struct NamedOperation {
  std::string operation;
  Settings<Fixed> settings;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("operation", operation, "a word of the vocabulary", required());
    settings.fields(visit);
  }
};

/// A directed acyclic graph of operations, used in stages under its name; all uses of one cell make
/// the same choices.
struct Cell {
  std::int64_t inputs = 1;
  std::int64_t nodes = 1;
  OneOrMore<std::string> edges{{"all"}};
  std::string operations_on = "edges";
  OneOrMore<std::string> operations;
  std::string combine = "sum";
  std::string output = "last";

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("inputs", inputs,
          "1: the cell reads what stands before it; 2: also what stands before that, as node 0",
          between(1, 2));
    visit("nodes", nodes, "nodes after the inputs, numbered on from them",
          required(between(1, 20)));
    visit("edges", edges,
          "all, from each node to every later one, or a list such as [0-1, 0-2, 1-2]");
    visit("operations_on", operations_on,
          "where operations stand: on edges (one for each edge), or on nodes (one for each node, "
          "and each edge is there or not)",
          one_of({"edges", "nodes"}));
    visit("operations", operations,
          "the operations to choose from; none, on edges only, leaves the edge out", required());
    visit("combine", combine, "how a node combines what reaches it", one_of({"sum", "concat"}));
    visit("output", output, "what leaves the cell: the last node, or the sum or concat of all",
          one_of({"last", "sum", "concat"}));
  }
};

/// One operation of a branch.
struct BranchLayer {
  OneOrMore<std::string> operation;
  OneOrMore<std::int64_t> channels;
  Settings<Chosen> settings;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("operation", operation, "a word of the vocabulary or of `operations`", required());
    visit("channels", channels, "width; absent is that of what it reads", between(1, 65536));
    settings.fields(visit);
  }
};

/// `depth` blocks, one after the other: each an operation, or branches that read the same and are
/// joined by a concatenation of their channels.
struct Stage {
  OneOrMore<std::string> operation;
  std::vector<std::vector<BranchLayer>> branches;
  OneOrMore<std::int64_t> channels;
  OneOrMore<std::int64_t> depth{{1}};
  OneOrMore<std::int64_t> stride{{1}};
  std::string choose = "block";
  Settings<Chosen> settings;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("operation", operation,
          "what each block is: a word of the vocabulary, of `operations` or of `cells`");
    visit("branches", branches,
          "what each block is, instead of `operation`: lists of operations that come one after the "
          "other; all lists read the same, and their results are joined");
    visit("channels", channels, "width of the blocks; absent is that of the stage before",
          between(1, 65536));
    visit("depth", depth, "number of blocks; 0 leaves the stage out", between(0, 100));
    visit("stride", stride,
          "of the first block, in branches of their first operations; the others have 1",
          between(1, 8));
    visit("choose", choose,
          "block: each block makes its own choices of operation, branches and settings; stage: all "
          "blocks make the same",
          one_of({"block", "stage"}));
    settings.fields(visit);
  }
};

struct Declaration {
  std::string title;
  std::string notation = "values";
  std::int64_t divisor = 8;
  std::optional<OneOrMore<std::int64_t>> resolution;
  Settings<Fixed> defaults;
  std::map<std::string, NamedOperation> operations;
  std::map<std::string, Cell> cells;
  std::vector<Stage> stem;
  std::vector<Stage> stages;
  std::vector<Stage> head;
  std::string classifier = "linear";

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("title", title, "what the space is, and where it was published");
    visit("notation", notation,
          "how an architecture is written, one choice after the other in the order of the file: "
          "values with blanks between (`6 3 1 0`), or digits (`0210`), the number of each choice "
          "in its list from 0",
          one_of({"values", "digits"}));
    visit("divisor", divisor,
          "widths that a factor has multiplied are rounded to multiples of this", between(1, 1024));
    visit("resolution", resolution,
          "height and width that images are resampled to; absent is what the data has",
          between(1, 4096));
    visit("defaults", defaults, "settings of every operation, where nothing nearer says them");
    visit("operations", operations, "operations under words of your own");
    visit("cells", cells, "cells, by name");
    visit("stem", stem, "stages at the beginning");
    visit("stages", stages, "the stages that are searched", required());
    visit("head", head, "stages before the classifier, which follows by itself");
    visit("classifier", classifier,
          "linear: global average pooling, where the head ends in images, and a linear layer; "
          "convolution: a 1x1 convolution with Relu, then global average pooling (SqueezeNet)",
          one_of({"linear", "convolution"}));
  }
};

/// A declaration and the file it was read from, whose order of keys is the order of the genes.
struct DeclarationFile {
  Declaration declaration;
  yaml::Document document;
};

/// Reads a declaration and checks it as a whole, with widths times `width_factor`. Throws
/// yaml::YamlError with all faults.
DeclarationFile read_declaration(const std::filesystem::path& file, double width_factor = 1.0);

/// `channels` of a declaration times `width_factor`.
std::int64_t scaled_width(const Declaration& declaration, std::int64_t channels,
                          double width_factor);

}  // namespace evonas::spaces::declared
