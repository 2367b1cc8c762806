#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spaces/search_space.hpp"

namespace evonas::cli {

/// The architectures of one space, each on one of several devices, for predictors that learn from
/// measurements on all of them.
///
/// Genotype: the number of the device, then the genes of the architecture. Written "raspi4: ...".
/// The device is a node without edges in front of the cell, an operation "device:raspi4" like any
/// other; networks are those of the architecture.
class DeviceSpace {
 public:
  /// At least one device, and at most 32,767. `numbers` are attributes of their nodes, by device
  /// (device_numbers.hpp); none: nothing is known of them.
  DeviceSpace(spaces::AnySpace space, std::vector<std::string> devices,
              std::vector<graph::Attributes> numbers = {})
      : space_(std::move(space)), devices_(std::move(devices)), numbers_(std::move(numbers)) {
    numbers_.resize(devices_.size());
  }

  std::string name() const { return space_.name() + " on devices"; }
  /// On a uniformly chosen device.
  spaces::Genotype sample(Rng& rng) const;
  /// Stays on the device.
  spaces::Genotype mutate(const spaces::Genotype& parent, Rng& rng) const;
  /// On the device of one of the parents.
  spaces::Genotype crossover(const spaces::Genotype& a, const spaces::Genotype& b, Rng& rng) const;
  void validate(const spaces::Genotype& genotype) const;
  Key key(const spaces::Genotype& genotype) const;
  graph::Graph cell(const spaces::Genotype& genotype) const;
  graph::Graph network(const spaces::Genotype& genotype, const spaces::NetworkInput& input) const;
  std::string format(const spaces::Genotype& genotype) const;
  spaces::Genotype parse(std::string_view text) const;

  /// An architecture on a device, as one of this space.
  static spaces::Genotype genotype_of(std::size_t device, const spaces::Genotype& architecture);

 private:
  /// Of a genotype that may be of none; throws SpaceError then.
  const std::string& device_of(const spaces::Genotype& genotype) const;

  spaces::AnySpace space_;
  std::vector<std::string> devices_;
  std::vector<graph::Attributes> numbers_;  // by device
};

/// The device that a metric of a table is of: "cifar10_raspi4_latency" is of raspi4: what is left
/// of the words that all of these metrics have, at the beginning and at the end.
std::vector<std::string> devices_of(const std::vector<std::string>& metrics);

/// By device, the numbers of those that are like it, ascending and itself among them: those which
/// have a word in their names that is in its own, too. Of a device without such a word, none.
std::vector<std::vector<std::size_t>> alike_devices(const std::vector<std::string>& devices,
                                                    const std::vector<std::string>& words);

}  // namespace evonas::cli
