#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "predictor/flow_graph.hpp"

namespace evonas::predictor {

/// How often each colour is among the nodes of a graph, in the rounds of Weisfeiler and Lehman. In
/// the first round the colour of a node is its operation; in each later one it stands for its own
/// of the round before and those of what it reads and of what reads it, with how often, so that
/// after h rounds it tells of all that is h steps away. Graphs that are the same up to the order of
/// their nodes have the same histograms.
///
/// The kernel of subtrees (Shervashidze et al., "Weisfeiler-Lehman graph kernels", JMLR 2011; for
/// cells Ru et al., "Interpretable neural architecture search via Bayesian optimisation with
/// Weisfeiler-Lehman kernels", ICLR 2021) is a sum over rounds of products of two histograms, each
/// divided by its length: 1 for equal graphs.
struct ColourHistograms {
  struct Entry {
    std::uint64_t colour = 0;  ///< a hash
    double share = 0.0;        ///< its count, of a histogram of length 1
  };
  std::vector<Entry> entries;     ///< by round, ascending colours within each
  std::vector<std::size_t> ends;  ///< by round: past its last entry

  std::size_t rounds() const { return ends.size(); }
  std::span<const Entry> round(std::size_t i) const {
    const std::size_t first = i == 0 ? 0 : ends[i - 1];
    return std::span(entries).subspan(first, ends[i] - first);
  }
};

/// What operations are told apart by besides their own word.
enum class ColourWidths { Ignored, Told };

/// Makes histograms, and keeps its memory from one to the next. From one thread at a time.
class ColourReader {
 public:
  /// At least one round, the operations alone. Widths are told to the next doubling.
  ColourReader(std::size_t rounds, ColourWidths widths) : rounds_(rounds), widths_(widths) {}

  /// Replaces what is in `histograms`.
  void read(const FlowGraph& graph, ColourHistograms& histograms);

 private:
  using Neighbour = std::pair<std::uint64_t, std::uint64_t>;  // its colour, how often
  void refine(const FlowGraph& graph);
  void add_histogram(ColourHistograms& histograms);

  std::size_t rounds_;
  ColourWidths widths_;
  std::vector<std::uint64_t> colours_;  // by node
  std::vector<std::uint64_t> next_;
  std::vector<std::uint64_t> sorted_;
  std::vector<std::uint64_t> words_;  // what a colour is the hash of
  std::vector<Neighbour> neighbours_;
};

/// The histograms of architectures, on the threads of the arena that the caller is in. Widths are
/// told where whole networks are looked at, whose operations differ by them.
std::vector<ColourHistograms> colours_of(const ArchitectureView& view, const Vocabulary& vocabulary,
                                         std::span<const spaces::Genotype> architectures,
                                         std::size_t rounds);

/// Multiplies histograms with those of many graphs at once: for each colour it knows who has it.
/// Immutable; safe from many threads.
class ColourIndex {
 public:
  ColourIndex() = default;
  explicit ColourIndex(std::span<const ColourHistograms> graphs);

  std::size_t graphs() const { return graphs_; }

  /// Adds to each of the graphs() numbers in `row` the products of all rounds with that graph, each
  /// times the weight of its round. Colours that no graph has are worth nothing.
  void add_products(const ColourHistograms& histograms, std::span<const double> weights,
                    std::span<double> row) const;

 private:
  struct Owner {
    std::uint32_t graph = 0;
    double share = 0.0;
  };
  /// The colours of one round.
  struct Round {
    std::vector<std::uint64_t> colours;  // ascending
    std::vector<std::size_t> ends;       // by colour: past its last owner
    std::vector<Owner> owners;
  };

  std::size_t graphs_ = 0;
  std::vector<Round> rounds_;
};

}  // namespace evonas::predictor
