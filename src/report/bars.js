// Bars of the page's own making: split into parts, with a legend.

function shareText(share) {
  return `${localeText(100 * share, { maximumFractionDigits: share < 0.0995 ? 1 : 0 })} %`;
}

/** One bar as long as its place, split by `parts` [{name, value, text}] in the colours of series. */
function splitBar(label, parts) {
  const total = parts.reduce((sum, part) => sum + part.value, 0);
  const said = (part) => `${part.name} ${part.text}, ${shareText(part.value / total)}`;
  return element(
    "div", { class: "split", role: "img", "aria-label": `${label}: ${parts.map(said).join("; ")}` },
    parts.map((part, i) => (part.value > 0
      ? element("span", { style: `flex-grow: ${part.value / total}; background: var(--series-${i % 8})`,
                          title: said(part) },
                part.value / total >= 0.1 ? `${Math.round(100 * part.value / total)} %` : null)
      : null)));
}

/** Names and figures of the parts of a bar that can be seen. */
function legend(parts) {
  return element(
    "ul", { class: "legend" },
    parts.map((part, i) => (part.value > 0
      ? element("li", {},
                element("span", { class: "swatch", style: `background: var(--series-${i % 8})` }),
                `${part.name} `, element("span", { class: "figure" }, part.text))
      : null)));
}
