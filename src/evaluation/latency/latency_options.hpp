#pragma once

#include <cstdint>
#include <string>

#include "base/fields.hpp"

namespace evonas::evaluation {

/// How the latency of an inference network (BatchNormalization folded) is measured on this host.
struct LatencyOptions {
  std::int64_t batch = 1;
  std::int64_t threads = 1;
  std::string device = "cpu";
  double warmup_seconds = 0.05;
  double interval_width = 0.02;
  double max_seconds = 1.0;
  std::int64_t rounds = 1;

  template <class Visitor>
  void fields(Visitor& visit) {
    visit("batch", batch, "images in a call", between(1, 65536));
    visit("threads", threads, "threads a call may use", between(1, 1024));
    visit("device", device, "cpu, cuda or cuda:N");
    visit("warmup_seconds", warmup_seconds, "calls before anything counts", between(0, 60));
    visit("interval_width", interval_width,
          "stop once the 95 % interval of the median is narrower than this share of it",
          between(1e-4, 1));
    visit("max_seconds", max_seconds, "stop at the latest after this long", between(0.001, 600));
    visit("rounds", rounds,
          "times that everything is measured, one after the other and then again, so that they lie "
          "apart; the fastest counts, because whatever else a machine does only slows",
          between(1, 100));
  }
};

}  // namespace evonas::evaluation
