#include "predictor/models/scoring.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <memory>
#include <semaphore>
#include <span>
#include <thread>
#include <utility>

#include <ATen/Parallel.h>

#include "base/parallel.hpp"
#include "predictor/length_parts.hpp"

namespace evonas::predictor {
namespace {

// Times what a processor scores at once: graphs that are read, and ordered by length, together. It
// divides what predictors are asked at most (ChunkedPredictor::kDefaultChunk), and is two parts of
// a GPU, which scores one of them while the next graphs are read.
constexpr std::size_t kReadTogether = 32;

/// Scores of graphs, where each graph has its place.
class Scores {
 public:
  Scores(std::size_t graphs, std::size_t columns) : columns_(columns), values_(graphs * columns) {}

  /// Graphs of different calls must differ: then it is safe from many threads.
  void put(const torch::Tensor& scores, std::span<const std::size_t> which, std::size_t first) {
    const float* from = scores.const_data_ptr<float>();
    for (const std::size_t graph : which) {
      std::copy_n(from, columns_, values_.data() + (first + graph) * columns_);
      from += columns_;
    }
  }

  std::vector<float> take() { return std::move(values_); }

 private:
  std::size_t columns_;
  std::vector<float> values_;
};

/// A device with a thread of its own, which scores the parts that it is given in their order.
class DeviceThread {
 public:
  /// All that it refers to outlives it.
  DeviceThread(std::size_t device, const Placement& placement, const GraphScorer& score,
               Scores& scores)
      : pieces_{Piece(placement), Piece(placement)} {
    thread_ = std::jthread([this, device, &placement, &score, &scores] {
      at::set_num_threads(1);
      for (std::size_t part = 0;; ++part) {
        Piece& piece = pieces_[part % pieces_.size()];
        piece.full.acquire();
        if (piece.which.empty()) return;
        try {
          if (!failed_) {
            const Scoring scoring(placement);
            const GraphBatch there = moved(piece.batch, placement.devices[device]);
            scores.put(host_scores(score(device, there)), piece.which, piece.first);
          }
        } catch (...) {
          failure_ = std::current_exception();
          failed_ = true;
        }
        piece.empty.release();
      }
    });
  }
  DeviceThread(const DeviceThread&) = delete;
  DeviceThread& operator=(const DeviceThread&) = delete;
  ~DeviceThread() { end(); }

  /// Gives it the graphs of these numbers, counted from `first` on, as soon as there is room.
  void give(const EncodedGraphs& graphs, std::span<const std::size_t> which, std::size_t first) {
    Piece& piece = pieces_[given_ % pieces_.size()];
    piece.empty.acquire();
    try {
      if (failed_) std::rethrow_exception(failure_);
      piece.batch = {};  // what it lay in is written over, or replaced by more
      piece.batch = graphs.batch(which, piece.memory);
    } catch (...) {
      piece.empty.release();
      throw;
    }
    piece.which.assign(which.begin(), which.end());
    piece.first = first;
    piece.full.release();
    ++given_;
  }

  /// Waits until all is scored; throws what went wrong.
  void finish() {
    end();
    if (failed_) std::rethrow_exception(failure_);
  }

 private:
  /// Memory of a part that is being written, waits or is being scored.
  struct Piece {
    explicit Piece(const Placement& placement) : memory(placement.device.is_cuda()) {}

    BatchMemory memory;
    GraphBatch batch;
    std::vector<std::size_t> which;  // none: there are no more parts
    std::size_t first = 0;
    std::binary_semaphore empty{1};
    std::binary_semaphore full{0};
  };

  void end() {
    if (!thread_.joinable()) return;
    Piece& piece = pieces_[given_ % pieces_.size()];
    piece.empty.acquire();
    piece.which.clear();
    piece.full.release();
    thread_.join();
  }

  std::array<Piece, 2> pieces_;
  std::size_t given_ = 0;
  std::exception_ptr failure_;  // written once, before `failed_`
  std::atomic<bool> failed_ = false;
  std::jthread thread_;
};

}  // namespace

std::vector<float> score_graphs(const Placement& placement, std::size_t count,
                                const GraphEncoder& encode, const GraphScorer& score,
                                std::size_t on_cpu, std::size_t columns) {
  Scores scores(count, columns);
  const std::size_t together = kReadTogether * on_cpu;
  const std::size_t most = placement.chunk(on_cpu);
  if (placement.devices.size() == 1 && placement.device.is_cpu()) {
    parallel_chunks(count, together, [&](std::size_t first, std::size_t size) {
      const EncodedGraphs graphs = encode(first, size);
      const LengthParts parts(graphs.nodes, most);
      parallel_for(parts.size(), [&](std::size_t part) {
        BatchMemory memory;
        const GraphBatch batch = graphs.batch(parts[part], memory);
        // Not while others' work may be done here, which waiting for tasks is.
        const Scoring scoring(placement);
        scores.put(host_scores(score(0, batch)), parts[part], first);
      });
    });
    return scores.take();
  }
  std::vector<std::unique_ptr<DeviceThread>> devices;
  for (std::size_t device = 0; device < placement.devices.size(); ++device) {
    devices.push_back(std::make_unique<DeviceThread>(device, placement, score, scores));
  }
  std::size_t number = 0;
  for (std::size_t first = 0; first < count; first += together) {
    const EncodedGraphs graphs = encode(first, std::min(together, count - first));
    const LengthParts parts(graphs.nodes, most);
    for (std::size_t part = 0; part < parts.size(); ++part, ++number) {
      devices[number % devices.size()]->give(graphs, parts[part], first);
    }
  }
  for (const auto& device : devices) device->finish();
  return scores.take();
}

}  // namespace evonas::predictor
