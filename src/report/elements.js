// Building blocks of all pages: elements, numbers as people read them, tables.

/** An element; attributes whose value is undefined are left out, strings become text nodes. */
function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    if (name === "onclick") node.addEventListener("click", value);
    else node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

function section(title, attributes, ...children) {
  return element("section", attributes, element("h2", {}, title), ...children);
}

/** Smallest and largest of `values`, of which there may be too many for Math.min(...values). */
function extremes(values) {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)],
                       [Infinity, -Infinity]);
}

const numberFormats = new Map();

/** value.toLocaleString("en-US", options), which by itself is too slow for thousands of values. */
function localeText(value, options = {}) {
  const key = JSON.stringify(options);
  if (!numberFormats.has(key)) numberFormats.set(key, new Intl.NumberFormat("en-US", options));
  return numberFormats.get(key).format(value);
}

/** Whole numbers in full, others to `digits` significant digits; "–" where there is none. */
function formatNumber(value, digits = 4, options = {}) {
  if (typeof value !== "number") return "–";
  if (Number.isInteger(value)) return localeText(value);
  const size = Math.abs(value);
  if (size >= 1e9 || size < 1e-4) return value.toExponential(digits - 1);
  return localeText(value, { maximumSignificantDigits: digits, ...options });
}

/** A value of a metric: always to four digits, 91.60 included. */
function formatMetric(value) {
  return formatNumber(value, 4, { minimumSignificantDigits: 4 });
}

/** Writes all of `values` with one number of decimals: four digits for the largest. */
function columnFormat(values) {
  const known = values.filter((value) => typeof value === "number");
  const [, largest] = extremes(known.map(Math.abs));
  if (known.length === 0 || known.every(Number.isInteger) || largest >= 1e9 || largest < 1e-2) {
    return formatMetric;
  }
  const decimals = Math.max(0, 3 - Math.floor(Math.log10(largest)));
  const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return (value) => (typeof value === "number" ? localeText(value, options) : "–");
}

/** Large counts in short, for headlines: 1.07 M. */
function formatShort(value) {
  if (typeof value !== "number" || Math.abs(value) < 1e5) return formatMetric(value);
  const [scale, suffix] = Math.abs(value) < 1e6 ? [1e3, " k"]
    : Math.abs(value) < 1e9 ? [1e6, " M"] : [1e9, " G"];
  return localeText(value / scale, { maximumSignificantDigits: 3 }) + suffix;
}

function formatDuration(seconds) {
  if (typeof seconds !== "number") return "–";
  if (seconds < 60) return `${formatNumber(seconds, seconds < 10 ? 2 : 3)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}

function formatInterval(interval, format = formatMetric) {
  return interval ? `${format(interval[0])} to ${format(interval[1])}` : "";
}

/** "accuracy, %"; a unit that the name already ends in is not said twice. */
function metricLabel(metric) {
  return metric.unit && !metric.name.endsWith(`_${metric.unit}`)
    ? `${metric.name}, ${metric.unit}` : metric.name;
}

function axisTitle(metric, goal) {
  return `${metricLabel(metric)} (${goal === "maximize" ? "higher" : "lower"} is better)`;
}

function plural(count, word) {
  return `${formatNumber(count)} ${word}${count === 1 ? "" : "s"}`;
}

/** Browsers differ in what they allow a page from a file: the older way is tried second. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { class: "unseen" });
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (!copied) throw new Error("not allowed");
  }
}

function copyButton(text) {
  const button = element("button", { class: "copy", type: "button", title: "Copy this text" }, "copy");
  button.addEventListener("click", async () => {
    try {
      await copyText(text);
      button.textContent = "copied";
    } catch {
      button.textContent = "not allowed";
    }
    setTimeout(() => { button.textContent = "copy"; }, 1500);
  });
  return button;
}

/** Orders two sort keys, missing ones last in either direction. */
function compareKeys(a, b, direction) {
  const missing = (key) => key === null || key === undefined;
  if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b));
  const order = typeof a === "number" && typeof b === "number"
    ? a - b : String(a).localeCompare(String(b));
  return direction * order;
}

/**
 * A table inside its own horizontal scroll. Columns: {title, number, content(row), key(row)}; with
 * `key` a column can be sorted by its header. `rowClass(row)` may name a class.
 */
function table(label, columns, rows, rowClass = () => undefined) {
  const body = element("tbody");
  const heads = columns.map((column) => element(
    "th", { scope: "col", class: column.number ? "number" : undefined },
    column.key ? element("button", { type: "button" }, column.title) : column.title));
  const fill = (ordered) => body.replaceChildren(...ordered.map((row) => element(
    "tr", { class: rowClass(row) },
    columns.map((column) => element(
      "td", { class: column.number ? "number" : column.text ? "text" : undefined },
      column.content(row))))));
  columns.forEach((column, i) => {
    if (!column.key) return;
    heads[i].firstChild.addEventListener("click", () => {
      const direction = heads[i].getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads.forEach((head) => head.removeAttribute("aria-sort"));
      heads[i].setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
      fill([...rows].sort((a, b) => compareKeys(column.key(a), column.key(b), direction)));
    });
  });
  fill(rows);
  return element(
    "div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label },
    element("table", {}, element("thead", {}, element("tr", {}, heads)), body));
}

/** A column of a metric of `rows`, with its interval below where there is one. */
function metricColumn(metric, rows) {
  const format = columnFormat(rows.map((row) => row.metrics[metric.name]));
  return {
    title: metricLabel(metric),
    number: true,
    key: (row) => row.metrics[metric.name],
    content: (row) => [
      format(row.metrics[metric.name]),
      row.intervals?.[metric.name]
        ? element("span", { class: "interval" }, formatInterval(row.intervals[metric.name], format))
        : null,
    ],
  };
}

function architectureColumn() {
  return {
    title: "architecture",
    key: (row) => row.architecture,
    content: (row) => [copyButton(row.architecture), element("code", {}, row.architecture)],
  };
}

function definitions(pairs) {
  return element("dl", {}, pairs.map(([name, value]) =>
    [element("dt", {}, name), element("dd", {}, value)]).flat());
}

function tile(label, value, unit, detail) {
  return element(
    "div", { class: "tile" },
    element("div", { class: "label" }, label),
    element("div", { class: "value" }, value, unit ? element("small", {}, ` ${unit}`) : null),
    detail ? element("div", { class: "detail" }, detail) : null);
}

/** What pages end in: configuration and machine. */
function provenance(configuration, host) {
  return [
    configuration
      ? section("Configuration", { class: "long" },
                element("div", { class: "scroll", tabindex: "0", role: "region",
                                 "aria-label": "Configuration" },
                        element("pre", {}, configuration)))
      : null,
    Object.keys(host).length > 0
      ? section("Machine", {}, definitions(Object.entries(host))) : null,
  ];
}
