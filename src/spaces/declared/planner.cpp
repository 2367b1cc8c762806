#include "spaces/declared/planner.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "spaces/blocks.hpp"

namespace evonas::spaces::declared {

Plan Planner::make() {
  plan_.read.assign(model_.genes.list.size(), false);
  values_.push_back({});
  const Declaration& declaration = model_.declaration;
  if (declaration.resolution) {
    const std::int64_t side = choose(*declaration.resolution, model_.genes.resolution);
    plan_.resolution =
        std::max<std::int64_t>(1, std::llround(static_cast<double>(side) * model_.resolution));
  }
  add_stages(declaration.stem, model_.genes.stem);
  add_stages(declaration.stages, model_.genes.stages);
  add_stages(declaration.head, model_.genes.head);
  plan_.convolutional = declaration.classifier == "convolution";
  drop_unused_steps();
  return std::move(plan_);
}

std::size_t Planner::option(const std::optional<std::size_t>& gene) {
  if (!gene) return 0;
  plan_.read[*gene] = true;
  return static_cast<std::size_t>(genotype_[*gene]);
}

void Planner::add_stages(const std::vector<Stage>& stages, const std::vector<StageGenes>& genes) {
  for (std::size_t i = 0; i < stages.size(); ++i) add_stage(stages[i], genes[i]);
}

void Planner::add_stage(const Stage& stage, const StageGenes& genes) {
  const std::int64_t depth = choose(stage.depth, genes.depth);
  if (depth == 0) return;
  std::int64_t channels = values_[previous_].channels;
  if (!stage.channels.values.empty()) {
    channels =
        scaled_width(model_.declaration, choose(stage.channels, genes.channels), model_.width);
  }
  std::int64_t stride = choose(stage.stride, genes.stride);
  if (stride > 1 && dropped_strides_ < model_.drop_strides) {
    ++dropped_strides_;
    stride = 1;
  }
  for (std::int64_t i = 0; i < depth; ++i) {
    const auto number = static_cast<std::size_t>(i);
    const std::int64_t own_stride = i == 0 ? stride : 1;
    if (!stage.branches.empty()) {
      add_branches(stage, genes.branch(number), own_stride);
      continue;
    }
    const BlockGenes& block = genes.block(number);
    const Meaning& meaning = model_.words.find(choose(stage.operation, block.operation))->second;
    add_block(meaning, stage, block, channels, own_stride);
  }
}

void Planner::add_branches(const Stage& stage, const BranchGenes& genes, std::int64_t stride) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < stage.branches.size(); ++i) {
    std::size_t x = previous_;
    for (std::size_t k = 0; k < stage.branches[i].size(); ++k) {
      const BranchLayer& layer = stage.branches[i][k];
      const BranchLayerGenes& own = genes[i][k];
      std::int64_t channels = values_[x].channels;
      if (!layer.channels.values.empty()) {
        channels =
            scaled_width(model_.declaration, choose(layer.channels, own.channels), model_.width);
      }
      const Meaning& meaning =
          model_.words.find(choose(layer.operation, own.block.operation))->second;
      x = add_operation(meaning, &layer.settings, &own.block.settings, x, channels,
                        k == 0 ? stride : 1);
    }
    ends.push_back(x);
  }
  before_ = std::exchange(previous_, *combine("concat", std::move(ends)));
}

void Planner::add_block(const Meaning& meaning, const Stage& stage, const BlockGenes& genes,
                        std::int64_t channels, std::int64_t stride) {
  std::size_t result = previous_;
  if (meaning.cell == nullptr) {
    result = add_operation(meaning, &stage.settings, &genes.settings, previous_, channels, stride);
  } else if (cells_ == Cells::Everywhere || shown_.insert(meaning.cell).second) {
    result = add_cell(meaning, channels, stride);
  }
  before_ = std::exchange(previous_, result);
}

std::size_t Planner::add_operation(const Meaning& meaning, const Settings<Chosen>* stage,
                                   const Settings<GeneOf>* genes, std::size_t x,
                                   std::int64_t channels, std::int64_t stride) {
  const std::int64_t inputs = values_[x].channels;
  const unsigned reads = operation_word(meaning.operation).reads;
  const bool fits = stride == 1 && inputs == channels;
  if (meaning.operation == Operation::Identity) {
    return fits ? x : add_step(projection(inputs, channels, stride), {x});
  }
  const auto get = [&](auto usual, auto pick) {
    return setting(meaning, stage, genes, usual, pick);
  };
  Layer layer{
      .operation = meaning.operation, .inputs = inputs, .channels = channels, .stride = stride};
  if ((reads & kKernel) != 0) {
    layer.kernel = get(std::int64_t{3}, kPickKernel);
  }
  if ((reads & kGroups) != 0) {
    layer.groups = get(std::int64_t{1}, kPickGroups);
  }
  if ((reads & kDilation) != 0) {
    layer.dilation = get(std::int64_t{1}, kPickDilation);
  }
  if ((reads & kPadding) != 0) {
    // Only windows of odd sides, of more than one pixel, can reach over the edge.
    const bool reaches = layer.kernel % 2 == 1 && layer.kernel > 1;
    layer.padded = !reaches || get(std::string("same"), kPickPadding) == "same";
  }
  if ((reads & kNormalization) != 0) {
    layer.normalised = get(std::string("batch"), kPickNormalization) == "batch";
  }
  if ((reads & kActivation) != 0) {
    layer.activation = get(std::string("relu"), kPickActivation);
  }
  if ((reads & kExpansion) != 0) {
    const bool inverted = meaning.operation == Operation::InvertedResidual;
    const double expansion = get(inverted ? 6.0 : 0.25, kPickExpansion);
    const auto of = static_cast<double>(inverted ? inputs : channels);
    layer.middle = std::max<std::int64_t>(1, std::llround(of * expansion));
  }
  if ((reads & kSqueeze) != 0) set_squeeze(layer, meaning, stage, genes);

  const bool pools =
      meaning.operation == Operation::MaxPool || meaning.operation == Operation::AveragePool;
  const bool keeps_width =
      meaning.operation == Operation::GlobalPool || meaning.operation == Operation::Flatten;
  if (pools || keeps_width) layer.channels = inputs;
  const std::size_t result = add_step(layer, {x});
  if (!pools || inputs == channels) return result;
  return add_step(projection(inputs, channels, 1), {result});
}

void Planner::set_squeeze(Layer& layer, const Meaning& meaning, const Settings<Chosen>* stage,
                          const Settings<GeneOf>* genes) {
  const auto get = [&](auto usual, auto pick) {
    return setting(meaning, stage, genes, usual, pick);
  };
  if (!get(false, kPickSqueezeExcitation)) return;
  std::int64_t of = layer.channels;
  if (layer.operation == Operation::InvertedResidual) {
    const std::string base = get(std::string("input"), kPickSqueezeOf);
    of = base == "input" ? layer.inputs : layer.middle;
  }
  const double ratio = get(0.25, kPickSqueezeRatio);
  const std::int64_t divisor = get(std::int64_t{1}, kPickSqueezeDivisor);
  const double squeezed = static_cast<double>(of) * ratio;
  layer.squeezed = divisor == 1 ? std::max<std::int64_t>(1, static_cast<std::int64_t>(squeezed))
                                : round_channels(squeezed, divisor);
  const std::string gate = get(std::string("sigmoid"), kPickSqueezeGate);
  layer.gate = gate == "sigmoid" ? "Sigmoid" : "HardSigmoid";
}

std::size_t Planner::add_step(Layer layer, std::vector<std::size_t> operands) {
  Value value{.channels = layer.channels};
  value.reduction = values_[operands.front()].reduction * layer.stride;
  plan_.steps.push_back({std::move(layer), std::move(operands)});
  values_.push_back(value);
  return values_.size() - 1;
}

void Planner::drop_unused_steps() {
  std::vector<bool> used(values_.size(), false);
  used[previous_] = true;
  for (std::size_t value = values_.size(); value-- > 1;) {
    if (!used[value]) continue;
    for (const std::size_t operand : plan_.steps[value - 1].operands) used[operand] = true;
  }
  std::vector<std::size_t> number(values_.size(), 0);
  std::vector<Plan::Step> kept;
  for (std::size_t value = 1; value < values_.size(); ++value) {
    if (!used[value]) continue;
    Plan::Step step = std::move(plan_.steps[value - 1]);
    for (std::size_t& operand : step.operands) operand = number[operand];
    kept.push_back(std::move(step));
    number[value] = kept.size();
  }
  plan_.steps = std::move(kept);
}

Plan make_plan(const Model& model, const Genotype& genotype, Cells cells) {
  return Planner(model, genotype, cells).make();
}

}  // namespace evonas::spaces::declared
