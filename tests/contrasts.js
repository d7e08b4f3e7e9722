// Of each text against the nearest opaque colour behind it, as WCAG 2.2 counts it.
(selector) => {
  const rgb = (text) => text.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const colour = rgb(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const hasText = (node) => [...node.childNodes].some((c) => c.nodeType === 3 && c.data.trim());
  const drawn = (node) => node.namespaceURI.endsWith("svg") ? "fill" : "color";
  return [...document.querySelectorAll(selector)]
    .filter((node) => hasText(node) && node.checkVisibility())
    .map((node) => {
      const pair = [light(rgb(getComputedStyle(node)[drawn(node)])), light(behind(node))];
      const [less, more] = [Math.min(...pair), Math.max(...pair)];
      const name = node.className.baseVal ?? node.className;
      return [(more + 0.05) / (less + 0.05), node.tagName, name];
    });
}
