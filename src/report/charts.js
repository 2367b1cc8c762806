// Charts: drawn by plotly in the colours of the page, and again whenever those change.

const drawings = [];
// Synchronous, unlike plotly's own way, so that no frame shows a chart of another width.
const resizing = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const { width, height } = extent(target);
    const drawn = target.layout;
    if (!drawn || onPaper() || (drawn.width === width && drawn.height === height)) continue;
    Plotly.relayout(target, { width, height });
  }
});

/** The size a chart is drawn at: that of its place, or of a page of paper. */
function extent(node) {
  return { width: onPaper() ? 640 : node.clientWidth, height: node.clientHeight };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function onPaper() {
  return document.documentElement.classList.contains("paper");
}

function seriesColour(i) {
  return colour(`series-${i % 8}`);
}

/** Text that plotly shows as it is: its labels read some HTML tags and entities. */
function plain(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Lines of a long architecture, broken behind its separators where there are any. */
function wrap(text) {
  const lines = text.match(/.{1,56}(?<=[|,+ ]|$)|.{1,56}/gs) ?? [""];
  return lines.map(plain).join("<br>");
}

function axis(title, options = {}) {
  // A long title takes two lines, or it is cut off where the chart is small.
  const text = title.length > 36 ? plain(title).replace(" (", "<br>(") : plain(title);
  return {
    title: { text, standoff: 8, font: { size: 13, color: colour("muted") } },
    gridcolor: colour("line"),
    linecolor: colour("line"),
    zeroline: false,
    automargin: true,
    ...options,
  };
}

/**
 * Draws and redraws one chart. `figure()` returns {traces, layout} from the colours of the moment.
 */
function chart(label, figure, className = "chart") {
  const node = element("div", { class: className, role: "img", "aria-label": label });
  const draw = () => {
    const { traces, layout } = figure();
    return Plotly.react(node, traces, {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12.5,
              color: colour("text") },
      margin: { l: 48, r: 14, t: 8, b: 44 },
      showlegend: true,
      legend: { orientation: "h", x: 0, y: 1.02, xanchor: "left", yanchor: "bottom",
                font: { size: 12.5 } },
      hoverlabel: { bgcolor: colour("panel"), bordercolor: colour("line"), align: "left",
                    font: { color: colour("text"), size: 12 } },
      hovermode: "closest",
      ...extent(node),
      uirevision: "what the reader has zoomed to stays",
      modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("muted"), activecolor: colour("accent") },
      ...layout,
    }, {
      displaylogo: false,
      displayModeBar: "hover",
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "sendChartToCloud"],
    });
  };
  drawings.push(draw);
  resizing.observe(node);
  return node;
}

function drawAll() {
  return Promise.all(drawings.map((draw) => draw()));
}

function hoverText(run, evaluation) {
  const lines = run.metrics
    .filter((metric) => evaluation.metrics[metric.name] !== undefined)
    .map((metric) => {
      const interval = formatInterval(evaluation.intervals?.[metric.name]);
      return `${plain(metricLabel(metric))}: ${formatMetric(evaluation.metrics[metric.name])}`
        + (interval ? ` (${interval})` : "");
    });
  return [`<b>evaluation ${evaluation.index + 1}</b>`
          + (evaluation.feasible ? "" : ", outside the limits"),
          ...lines, wrap(evaluation.architecture)].join("<br>");
}

/** Smallest and largest of `values` with some room around them. */
function paddedRange(values) {
  const [low, high] = extremes(values);
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - room, high + room];
}

/**
 * Where to look: all of `kept`, the middle nine tenths of `values`, and those `bounds` that are not
 * further off than that is wide. A few useless networks would press all others into a line.
 */
function focusedRange(values, kept, bounds) {
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (share) => sorted[Math.round(share * (sorted.length - 1))];
  const [low, high] = extremes(sorted.length === 0 ? bounds : [...kept, quantile(0.05), quantile(0.95)]);
  const width = high - low || Math.abs(high) || 1;
  return paddedRange(
    [low, high, ...bounds.filter((bound) => bound >= low - width && bound <= high + width)]);
}

/** Says how many of `points` the picture leaves out, and how to see them. */
function beyondNote(points, x, y) {
  const beyond = points.filter((p) => p[0] < x[0] || p[0] > x[1] || p[1] < y[0] || p[1] > y[1]).length;
  if (beyond === 0) return [];
  return [{ xref: "paper", yref: "paper", x: 0, y: 0, xanchor: "left", yanchor: "bottom", showarrow: false,
            yshift: 16,  // above the names of limits
            text: `${beyond} beyond: double-click shows all`, font: { size: 11, color: colour("muted") } }];
}

/** Shades what lies outside `limit` and names it; `along` is the axis ("x" or "y") it concerns. */
function limitMarks(limit, along, range) {
  const span = range[1] - range[0];
  const beyond = limit.relation === "<=" ? range[1] + 20 * span : range[0] - 20 * span;
  const across = along === "x" ? "y" : "x";
  const box = (from, to, style) => ({
    type: "rect", layer: "below", [`${along}0`]: from, [`${along}1`]: to, [`${across}ref`]: "paper",
    [`${across}0`]: 0, [`${across}1`]: 1, line: { width: 0 }, ...style,
  });
  return {
    shapes: [
      box(limit.bound, beyond, { fillcolor: colour("limit-soft") }),
      box(limit.bound, limit.bound,
          { type: "line", line: { color: colour("limit"), width: 1.5, dash: "dash" } }),
    ],
    annotations: [{
      text: plain(limit.text), showarrow: false, font: { color: colour("limit"), size: 12 },
      ...(along === "x"
        ? { x: limit.bound, y: 0, yref: "paper", yanchor: "bottom",
            xshift: limit.relation === "<=" ? -3 : 3, xanchor: limit.relation === "<=" ? "right" : "left" }
        : { y: limit.bound, x: 1, xref: "paper", xanchor: "right",
            yanchor: limit.relation === "<=" ? "bottom" : "top" }),
    }],
  };
}

/** Limits on the two metrics of a chart; runs that share one share its mark. */
function allLimitMarks(runs, ranges) {
  const marks = { shapes: [], annotations: [] };
  const seen = new Set();
  for (const limit of runs.flatMap((run) => run.limits)) {
    for (const [along, { metric, range }] of Object.entries(ranges)) {
      if (limit.metric !== metric || seen.has(along + limit.text)) continue;
      seen.add(along + limit.text);
      const { shapes, annotations } = limitMarks(limit, along, range);
      marks.shapes.push(...shapes);
      marks.annotations.push(...annotations);
    }
  }
  return marks;
}

/**
 * Points of one run. `at(evaluation)` gives [x, y]. Feasible, infeasible and chosen (`emphasis`)
 * ones are told apart by colour and by shape.
 */
function pointTraces(run, evaluations, at, runIndex, runCount, emphasis) {
  const alone = runCount === 1;
  const shade = alone ? colour("accent") : seriesColour(runIndex);
  const group = (name, members, marker) => ({
    type: "scatter", mode: "markers", name: alone ? name : run.name,
    showlegend: alone, legendgroup: alone ? undefined : `run${runIndex}`,
    x: members.map((e) => at(e)[0]), y: members.map((e) => at(e)[1]),
    text: members.map((e) => (alone ? "" : `<b>${plain(run.name)}</b>, `) + hoverText(run, e)),
    hoverinfo: "text", marker,
  });
  const chosen = evaluations.filter((e) => emphasis(e));
  const feasible = evaluations.filter((e) => e.feasible && !emphasis(e));
  const infeasible = evaluations.filter((e) => !e.feasible);
  const faint = alone ? colour("point") : shade;
  return [
    group("outside limits", infeasible,
          { symbol: "x-thin", size: 6, opacity: alone ? 0.8 : 0.3,
            line: { width: 1.3, color: faint } }),
    group("evaluated", feasible, { size: 6, color: faint, opacity: alone ? 0.75 : 0.3 }),
    group("front", chosen, { size: 9, color: shade, line: { width: 1.2, color: colour("panel") } }),
  ].filter((trace) => trace.x.length > 0);
}

/** A ring around the best network, where one run is drawn. */
function bestTrace(runs, at) {
  const best = runs.length === 1 ? bestOf(runs[0]) : undefined;
  if (!best) return [];
  const [x, y] = at(best);
  return [{ type: "scatter", mode: "markers", name: "best", x: [x], y: [y], hoverinfo: "skip",
            marker: { symbol: "circle-open", size: 17, color: colour("accent"),
                      line: { width: 2, color: colour("accent") } } }];
}

/** What the search expects of networks that it has not evaluated, where one run is drawn. */
function predictedTrace(runs, at) {
  const predicted = runs.length === 1 ? runs[0].predicted_front : [];
  if (predicted.length === 0) return [];
  return [{ type: "scatter", mode: "markers", name: "predicted", x: predicted.map((e) => at(e)[0]),
            y: predicted.map((e) => at(e)[1]),
            text: predicted.map((e) => `not evaluated<br>${wrap(plain(e.architecture))}`), hoverinfo: "text",
            marker: { symbol: "diamond-open", size: 7, color: colour("accent"), line: { width: 1.2 } } }];
}

/** Two metrics against each other. The front is a line only where no third objective bends it. */
function objectivesChart(runs, xObjective, yObjective, className) {
  const label = `${yObjective.metric} against ${xObjective.metric} of every evaluation`;
  return chart(label, () => {
    const at = (e) => [e.metrics[xObjective.metric], e.metrics[yObjective.metric]];
    const succeeded = runs.map((run) => run.evaluations.filter((e) => !e.failure));
    const bounds = (objective) => runs.flatMap((run) => run.limits)
      .filter((limit) => limit.metric === objective.metric).map((limit) => limit.bound);
    const all = succeeded.flat();
    const values = (evaluations, objective) => evaluations.map((e) => e.metrics[objective.metric]);
    const range = (objective) => focusedRange(
      values(all, objective), values(all.filter((e) => e.feasible), objective), bounds(objective));
    const ranges = { x: { metric: xObjective.metric, range: range(xObjective) },
                     y: { metric: yObjective.metric, range: range(yObjective) } };
    const lines = runs.map((run, i) => {
      const direction = xObjective.goal === "minimize" ? 1 : -1;
      const front = succeeded[i].filter((e) => e.on_front).map(at)
        .sort((a, b) => direction * (a[0] - b[0]));
      return {
        type: "scatter", mode: "lines", name: run.name, showlegend: runs.length > 1,
        legendgroup: runs.length > 1 ? `run${i}` : undefined, x: front.map((p) => p[0]), y: front.map((p) => p[1]),
        hoverinfo: "skip",
        line: { shape: "hv", width: 2, color: runs.length === 1 ? colour("accent") : seriesColour(i) },
      };
    }).filter((line) => line.x.length > 0 && runs[0].objectives.length === 2);
    const points = runs.flatMap((run, i) =>
      pointTraces(run, succeeded[i], at, i, runs.length, (e) => e.on_front));
    const marks = allLimitMarks(runs, ranges);
    marks.annotations.push(...beyondNote(all.map(at), ranges.x.range, ranges.y.range));
    return {
      traces: [...lines, ...predictedTrace(runs, at), ...points, ...bestTrace(runs, at)],
      layout: {
        xaxis: axis(axisTitle(xObjective, xObjective.goal), { range: ranges.x.range }),
        yaxis: axis(axisTitle(yObjective, yObjective.goal), { range: ranges.y.range }),
        ...marks,
      },
    };
  }, className);
}

/** The values of one objective in the order of evaluation, with the best so far. */
function progressChart(runs, objective, withPoints, className) {
  const label = `best ${objective.metric} over evaluations`;
  return chart(label, () => {
    const at = (e) => [e.index + 1, e.metrics[objective.metric]];
    const points = !withPoints ? [] : runs.flatMap((run, i) => pointTraces(
      run, run.evaluations.filter((e) => !e.failure), at, i, runs.length, () => false));
    return {
      traces: [...points, ...curves(runs, (run) => run.best_so_far, "best so far")],
      layout: {
        showlegend: runs.length > 1 || withPoints,
        xaxis: axis("evaluations", { rangemode: "tozero" }),
        yaxis: axis(axisTitle(objective, objective.goal)),
      },
    };
  }, className);
}

/** One curve a run of a list of {evaluations, value}, drawn on to the last evaluation. */
function curves(runs, points, name) {
  return runs.map((run, i) => {
    const known = points(run);
    const last = known.at(-1);
    const drawn = last ? [...known, { evaluations: run.evaluations.length, value: last.value }] : [];
    return {
      type: "scatter", mode: "lines", name: runs.length === 1 ? name : run.name,
      x: drawn.map((p) => p.evaluations), y: drawn.map((p) => p.value),
      line: { shape: "hv", width: 2.2, color: runs.length === 1 ? colour("accent") : seriesColour(i) },
      text: drawn.map((p) => formatMetric(p.value)),
      hovertemplate: `%{text} after %{x} evaluations<extra>${
        runs.length === 1 ? "" : plain(run.name)}</extra>`,
    };
  }).filter((trace) => trace.x.length > 0);
}

function hypervolumeChart(runs) {
  return chart("hypervolume over evaluations", () => ({
    traces: curves(runs, (run) => run.hypervolume, "hypervolume"),
    layout: {
      showlegend: runs.length > 1,
      xaxis: axis("evaluations", { rangemode: "tozero" }),
      yaxis: axis("hypervolume (higher is better)", { rangemode: "tozero" }),
    },
  }));
}
