#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/key.hpp"
#include "evaluation/latency_blocks/network_blocks.hpp"
#include "graph/graph.hpp"

namespace evonas::evaluation {

/// A published table of block latencies, as ProxylessNAS (Cai et al., ICLR 2019), Once-for-All and
/// NSGANetV2 (Lu et al., ECCV 2020) ship them: a YAML mapping from the description of a block to
/// `mean` in milliseconds (and further numbers, which are not read). Descriptions:
///
///     NAME-input:HxWxC-output:HxWxC                      a convolution
///     NAME-input:HxWxC-output:N, NAME-input:C-output:N   a classifier, with its pooling or without
///     NAME-input:HxWxC-output:HxWxC-expand:E-kernel:K-stride:S-idskip:0|1[-se:0|1][-hs:0|1]
///                                                        an inverted residual block
///
/// Names are free. Where no description says `se`, all blocks are without squeeze-excitation; where
/// none says `hs`, they are for either activation. Immutable; safe to use from many threads.
class BlockLatencyTable {
 public:
  /// Reads `file`. Throws EvaluationError naming the line for anything else than the form above, a
  /// latency that is no positive number, and a block that is there twice.
  explicit BlockLatencyTable(std::filesystem::path file);

  /// Sum over the blocks of the network, in milliseconds. Throws EvaluationError as
  /// network_blocks() does, and where blocks are missing: how many, the first of them and the entry
  /// nearest to it. Nothing is interpolated.
  double latency_ms(graph::Graph network) const;

  std::size_t size() const { return entries_.size(); }
  /// The identity of the blocks in it and their latencies.
  Key digest() const;

 private:
  /// What a description says behind its name: the value of each field, in the order in which
  /// descriptions have them, and empty where they have none.
  using Fields = std::array<std::string, 8>;
  struct Entry {
    std::string description;
    double milliseconds = 0;
    int line = 0;
  };

  Fields read_description(const std::string& description, int line) const;
  std::vector<Fields> fields_of(const NetworkBlock& block) const;
  std::string nearest(const Fields& missing) const;
  [[noreturn]] void fail(int line, const std::string& what) const;

  std::filesystem::path file_;
  std::map<Fields, Entry> entries_;
  bool says_squeeze_ = false;
  bool says_h_swish_ = false;
};

}  // namespace evonas::evaluation
