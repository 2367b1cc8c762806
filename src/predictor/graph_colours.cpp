#include "predictor/graph_colours.hpp"

#include <algorithm>
#include <cmath>

#include "base/key.hpp"
#include "base/parallel.hpp"

namespace evonas::predictor {
namespace {

constexpr std::size_t kColourChunk = 64;   // architectures in one task
constexpr float kWidthsOfDoubling = 4.0F;  // see ArchitectureView: widths are quarters of doublings

std::uint64_t hash_of(std::span<const std::uint64_t> words) {
  return Key::of({reinterpret_cast<const char*>(words.data()), words.size_bytes()}).low;
}

}  // namespace

void ColourReader::read(const FlowGraph& graph, ColourHistograms& histograms) {
  histograms.entries.clear();
  histograms.ends.clear();
  colours_.clear();
  for (std::size_t node = 0; node < graph.nodes(); ++node) {
    words_ = {graph.operations[node]};
    if (widths_ == ColourWidths::Told) {
      words_.push_back(
          static_cast<std::uint64_t>(std::lround(kWidthsOfDoubling * graph.widths[node])));
    }
    colours_.push_back(hash_of(words_));
  }
  add_histogram(histograms);
  for (std::size_t round = 1; round < rounds_; ++round) {
    refine(graph);
    add_histogram(histograms);
  }
}

void ColourReader::refine(const FlowGraph& graph) {
  next_.clear();
  for (std::uint32_t node = 0; node < graph.nodes(); ++node) {
    words_ = {colours_[node]};
    for (const bool reads : {true, false}) {
      neighbours_.clear();
      for (const auto [from, to, count] : graph.edges) {
        if ((reads ? to : from) != node) continue;
        neighbours_.emplace_back(colours_[reads ? from : to], static_cast<std::uint64_t>(count));
      }
      std::ranges::sort(neighbours_);
      // How many come first: those who are read are not taken for readers.
      words_.push_back(neighbours_.size());
      for (const auto& [colour, count] : neighbours_) {
        words_.push_back(colour);
        words_.push_back(count);
      }
    }
    next_.push_back(hash_of(words_));
  }
  colours_.swap(next_);
}

void ColourReader::add_histogram(ColourHistograms& histograms) {
  sorted_ = colours_;
  std::ranges::sort(sorted_);
  const std::size_t first = histograms.entries.size();
  for (const std::uint64_t colour : sorted_) {
    if (histograms.entries.size() == first || histograms.entries.back().colour != colour) {
      histograms.entries.push_back({.colour = colour});
    }
    histograms.entries.back().share += 1.0;
  }
  double squares = 0.0;
  const auto added = std::span(histograms.entries).subspan(first);
  for (const ColourHistograms::Entry& entry : added) squares += entry.share * entry.share;
  for (ColourHistograms::Entry& entry : added) entry.share /= std::sqrt(squares);
  histograms.ends.push_back(histograms.entries.size());
}

std::vector<ColourHistograms> colours_of(const ArchitectureView& view, const Vocabulary& vocabulary,
                                         std::span<const spaces::Genotype> architectures,
                                         std::size_t rounds) {
  std::vector<ColourHistograms> histograms(architectures.size());
  const ColourWidths widths = view.input() ? ColourWidths::Told : ColourWidths::Ignored;
  parallel_chunks(architectures.size(), kColourChunk, [&](std::size_t first, std::size_t count) {
    ColourReader colours(rounds, widths);
    FlowReader reader;
    FlowGraph flow;
    graph::Tokens tokens;
    for (std::size_t i = first; i < first + count; ++i) {
      view.tokens(architectures[i], tokens);
      reader.read(tokens, vocabulary, flow);
      colours.read(flow, histograms[i]);
    }
  });
  return histograms;
}

ColourIndex::ColourIndex(std::span<const ColourHistograms> graphs) : graphs_(graphs.size()) {
  struct Owned {
    std::uint64_t colour = 0;
    Owner owner;
  };
  rounds_.resize(graphs.empty() ? 0 : graphs.front().rounds());
  for (std::size_t i = 0; i < rounds_.size(); ++i) {
    std::vector<Owned> all;
    for (std::uint32_t graph = 0; graph < graphs.size(); ++graph) {
      for (const auto [colour, share] : graphs[graph].round(i)) {
        all.push_back({.colour = colour, .owner = {.graph = graph, .share = share}});
      }
    }
    std::ranges::stable_sort(all, {}, &Owned::colour);
    Round& round = rounds_[i];
    for (const Owned& owned : all) {
      if (round.colours.empty() || round.colours.back() != owned.colour) {
        round.colours.push_back(owned.colour);
        round.ends.push_back(round.owners.size());
      }
      round.owners.push_back(owned.owner);
      ++round.ends.back();
    }
  }
}

void ColourIndex::add_products(const ColourHistograms& histograms, std::span<const double> weights,
                               std::span<double> row) const {
  for (std::size_t i = 0; i < rounds_.size(); ++i) {
    const Round& round = rounds_[i];
    for (const auto [colour, share] : histograms.round(i)) {
      const auto found = std::ranges::lower_bound(round.colours, colour);
      if (found == round.colours.end() || *found != colour) continue;
      const auto at = static_cast<std::size_t>(found - round.colours.begin());
      const double weight = weights[i] * share;
      for (std::size_t k = at == 0 ? 0 : round.ends[at - 1]; k < round.ends[at]; ++k) {
        row[round.owners[k].graph] += weight * round.owners[k].share;
      }
    }
  }
}

}  // namespace evonas::predictor
