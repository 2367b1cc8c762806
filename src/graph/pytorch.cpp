#include "graph/pytorch.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "graph/cost.hpp"
#include "graph/pytorch_layers.hpp"

namespace evonas::graph {
namespace {

/// Gives every node a lower-case Python name of its own. Each holds a digit, which no keyword of
/// Python and no method of nn.Module does that a network would miss.
class PythonNames {
 public:
  std::string name(std::string_view node) {
    std::string word;
    for (const char c : node) {
      const bool lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
      const bool upper = c >= 'A' && c <= 'Z';
      word += lower ? c : upper ? static_cast<char>(c - 'A' + 'a') : '_';
    }
    if (word.empty() || (word[0] >= '0' && word[0] <= '9')) word = fmt::format("x{}", word);
    if (word.find_first_of("0123456789") == std::string::npos) word += "_0";
    std::string free = word;
    for (std::size_t number = names_.size(); !names_.insert(free).second; ++number) {
      free = fmt::format("{}_{}", word, number);
    }
    return free;
  }

 private:
  std::set<std::string> names_;
};

/// Text inside the quotes of a Python docstring.
std::string docstring(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    if (c == '\\') c = '/';
    if (c == '"') c = '\'';
  }
  return result;
}

}  // namespace

std::string_view pytorch_role(const WeightSlot& slot) {
  if (slot.role == "mean") return "running_mean";
  if (slot.role == "variance") return "running_var";
  return slot.role;
}

PyTorchNetwork to_pytorch(const Graph& graph, PyTorchLanguage language) {
  if (graph.outputs().empty()) throw GraphError("the graph has no outputs to export");
  const std::vector<WeightSlot> slots = weight_slots(graph);
  auto slot = slots.begin();
  PythonNames names;
  std::vector<std::string> variables;
  std::vector<std::string> inputs;
  std::string body;
  PyTorchNetwork network;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const Node& node = graph[id];
    const std::string name = names.name(node.name);
    variables.push_back(name);
    if (node.op == kInput) {
      inputs.push_back(name);
      continue;
    }
    std::vector<std::string> operands;
    for (const NodeId input : node.inputs) operands.push_back(variables[input]);
    const auto own_name = [&](std::string_view suffix) {
      return names.name(fmt::format("{}_{}", name, suffix));
    };
    PyTorchStep step = pytorch_step(graph, id, {name, own_name}, operands, language);
    for (; slot != slots.end() && slot->node == id; ++slot) {
      step.layers.back().weights.push_back(*slot);
    }
    std::ranges::move(step.layers, std::back_inserter(network.layers));
    body += fmt::format("    {} = {}\n", name, step.expression);
  }
  std::vector<std::string> outputs;
  for (const NodeId output : graph.outputs()) outputs.push_back(variables[output]);
  network.forward = fmt::format("def forward(self, {}):\n{}    return {}\n",
                                fmt::join(inputs, ", "), body, fmt::join(outputs, ", "));
  return network;
}

std::string pytorch_source(const Graph& graph,
                           const std::map<std::string, std::string, std::less<>>& facts,
                           std::string_view weights_file) {
  const PyTorchNetwork network = to_pytorch(graph, PyTorchLanguage::Python);
  std::string text = fmt::format("\"\"\"A network of {} parameters, written by evonas.\n\n",
                                 cost(graph).parameters);
  for (const auto& [name, value] : facts) {
    text += fmt::format("{}: {}\n", docstring(name), docstring(value));
  }
  for (const Node& node : graph.nodes()) {
    if (node.op == kInput) text += fmt::format("reads: batch x {}\n", to_string(node.shape));
  }
  if (!weights_file.empty()) {
    text += fmt::format(
        "\n    network = Network()\n"
        "    network.load_state_dict(torch.load(\"{}\", weights_only=True))\n"
        "    network.eval()\n",
        docstring(weights_file));
  }
  text +=
      "\"\"\"\n\nimport torch\nfrom torch import nn\n\n\n"
      "class Network(nn.Module):\n"
      "    def __init__(self):\n"
      "        super().__init__()\n";
  for (const PyTorchLayer& layer : network.layers) {
    text += fmt::format("        self.{} = {}\n", layer.name, layer.constructor);
  }
  text += "\n";
  for (std::size_t begin = 0; begin < network.forward.size();) {
    const std::size_t end = network.forward.find('\n', begin) + 1;
    text += "    " + network.forward.substr(begin, end - begin);
    begin = end;
  }
  return text;
}

}  // namespace evonas::graph
