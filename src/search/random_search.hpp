#pragma once

#include "search/novelty.hpp"

namespace evonas::search {

/// Uniform sampling without repetition. The batch does not change what is asked.
class RandomSearch final : public Algorithm {
 public:
  RandomSearch(const AlgorithmOptions& options, spaces::AnySpace space);

  std::size_t batch_size() const override { return batch_; }
  std::vector<spaces::Genotype> ask(std::size_t count) override;
  std::vector<Origin> origins() const override { return std::vector<Origin>(asked_); }
  void tell(std::span<const Individual> /*evaluated*/) override {}

 private:
  Novelty novelty_;
  std::size_t batch_;
  std::size_t asked_ = 0;  ///< in the last ask
};

}  // namespace evonas::search
