// Where the time of a search went, and which operators made what it found.

const kTimeParts = {
  fit: "fitting predictors",
  score: "scoring candidates",
  breed: "breeding and choosing",
  evaluate: "evaluating",
  rest: "the rest",
};

function timeSplit(run) {
  const { times } = run.summary;
  const parts = Object.entries(kTimeParts)
    .map(([key, name]) => ({ name, value: times?.[key] ?? 0, text: formatDuration(times?.[key]) }));
  if (!parts.some((part) => part.value > 0)) return null;
  return section("Where the time went", {}, splitBar("Where the time went", parts), legend(parts));
}

const kOperatorCounts = [
  ["evaluated", "evaluated"],
  ["feasible", "within the limits"],
  ["on_front", "on the front"],
  ["improved", "new best"],
];

/** What is counted of operators in this run: some counts would say the same as another. */
function operatorCounts(run) {
  return kOperatorCounts.filter(([key]) =>
    (key !== "feasible" || run.limits.length > 0 || run.summary.failures > 0)
    && (key !== "on_front" || run.objectives.length > 1));
}

function operatorName(key) {
  return key.replaceAll("_", " ");
}

function operators(run) {
  if (run.operators.length === 0) return null;
  const counts = operatorCounts(run);
  const sum = (key) => run.operators.reduce((total, row) => total + row[key], 0);
  const bars = counts.filter(([key]) => sum(key) > 0).map(([key, title]) => element(
    "div", { class: "bar-row" },
    element("div", {}, title, " ", element("span", { class: "figure" }, formatNumber(sum(key)))),
    splitBar(title, run.operators.map((row) => (
      { name: operatorName(row.operator), value: row[key], text: formatNumber(row[key]) })))));
  const columns = [
    { title: "operator", key: (row) => row.operator, content: (row) => [
      element("span", { class: "swatch",
                        style: `background: var(--series-${run.operators.indexOf(row) % 8})` }),
      operatorName(row.operator)] },
    ...counts.map(([key, title]) => ({
      title, number: true, key: (row) => row[key], content: (row) => [
        formatNumber(row[key]),
        key === "evaluated" ? null
          : element("span", { class: "interval" }, shareText(row[key] / row.evaluated))],
    })),
  ];
  const inside = run.evaluations.some((e) => e.origin?.generations > 1);
  return section(
    "What made the networks", {}, ...bars,
    table("What made the networks", columns, run.operators),
    element("p", { class: "note" },
            `Small figures: share of what the operator made. New best: better in `
            + `${run.objectives[0].metric} than all before.`
            + (inside ? " Of networks that were bred inside the predictor the last step counts." : "")));
}
