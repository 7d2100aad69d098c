"""What is wrong with a page that somebody looks at: does it go sideways, and what does axe have to say of it (WCAG 2.0
to 2.2, A and AA)?

Most of a journey's time would be axe's, so it is asked for each thing once in a run.
- What its elements are (names, labels, roles, order): once for each shape of a page.
- How a text looks (its contrast, links among words): once for each look, which is its own colours and size and all that
  it stands in, at each width. Where several on a page look alike, the first and the last are asked for.
- How large something is that one presses: where it is less than 24 px, or anything lies over it; once for each such
  place with all that is near.
"""

from pathlib import Path

from playwright.async_api import Page

AXE = (Path(__file__).parent.parent / "vendor" / "axe-core@4.14.1" / "axe.min.js").read_text()

TOO_WIDE = """() => {
    const most = document.documentElement.clientWidth;
    const over = document.documentElement.scrollWidth - most;
    if (over <= 0) return null;
    const wide = [...document.querySelectorAll("body *")].filter(one => {
        const box = one.getBoundingClientRect();
        return box.width && box.right > most + 1 && !one.closest(".tp-table, .ds-sr-only, .tp-demo__scroll");
    });
    const last = wide.filter(one => !wide.some(other => other !== one && one.contains(other))).slice(0, 3);
    return over + " px: " + last.map(one => one.outerHTML.slice(0, 160)).join(" | ");
}"""
"""How far the page goes sideways, and what makes it. A phone's `innerWidth` grows with the page: it tells nothing."""
LARGER = "size => document.documentElement.style.setProperty('font-size', size, 'important')"
"""Text as large as somebody has set it."""
WIDE = f"sizes => sizes.map(size => {{ ({LARGER})(size); const wide = ({TOO_WIDE})(); ({LARGER})(''); return wide; }})"
"""How far it goes sideways with text of each of these sizes."""
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}
OF_PARTS = {
    "color-contrast": "[unjudged]",
    "link-in-text-block": "a[href][unjudged], [role=link][unjudged]",
    "target-size": "[unjudged]",
}
"""Those of axe's rules that ask how something looks and how large it is, and of what; all others ask what it is."""
STILL = """
    for (let still = 0, height = 0; still < 2; ) {
        await new Promise(requestAnimationFrame);
        document.getAnimations().forEach(one => one instanceof CSSTransition && one.finish());
        still = document.documentElement.scrollHeight == height ? still + 1 : 0;
        height = document.documentElement.scrollHeight;
    }
    const sticky = [...document.querySelectorAll("body *")].filter(one => getComputedStyle(one).position == "sticky");
    const stick = position => sticky.forEach(one => { one.style.position = position; });
"""
"""What opens is judged when it is open and stands still, not on the way. And what stays in sight covers what lies under
it until one scrolls; what that is depends on how long a page is today."""

SEEN = (
    """async () => {"""
    + STILL
    + """
    const PRESSED = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role], [tabindex]";
    const digest = text => {
        let one = 0xdeadbeef, two = 0x41c6ce57;
        for (let at = 0; at < text.length; at += 1) {
            one = Math.imul(one ^ text.charCodeAt(at), 2654435761);
            two = Math.imul(two ^ text.charCodeAt(at), 1597334677);
            one ^= one >>> 15, two ^= two >>> 13;
        }
        return (one >>> 0).toString(36) + "." + (two >>> 0).toString(36);
    };
    const near = (one, other, by) => one.left + by < other.right && other.left + by < one.right
        && one.top + by < other.bottom && other.top + by < one.bottom;
    const around = link => {
        let block = link.parentElement;
        while (getComputedStyle(block).display == "inline") block = block.parentElement;
        const links = [...block.querySelectorAll("a, [role=link]")];
        const words = block.textContent.trim().length - links.reduce((sum, each) => sum + each.textContent.length, 0);
        return words > 0 ? getComputedStyle(block).color : "";
    };
    const shape = [], made = new Map(), behind = new Map(), boxes = [], pressed = [], texts = [], parts = {};
    stick("static");
    for (const one of document.querySelectorAll("*")) {
        const {x, y, width, height} = one.getBoundingClientRect(), style = getComputedStyle(one);
        const box = {left: x, top: y, right: x + width, bottom: y + height, width, height}, above = one.parentElement;
        const shown = box.width > 1 && box.height > 1 && one.checkVisibility({visibilityProperty: true});
        const scrolls = /auto|scroll/.test(style.overflow)
            && (one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight);
        const own = one.tagName + [...one.attributes].map(({name, value}) =>
            name == "style" ? "" : name + (name == "class" || name.startsWith("data-") ? value : ""));
        shape.push(own, shown, scrolls);
        made.set(one, digest(made.get(above) + own));
        const {backgroundColor, backgroundImage, opacity, filter} = style;
        const ground = [backgroundColor, backgroundImage, opacity, filter].join();
        behind.set(one, ground == "rgba(0, 0, 0, 0),none,1,none" ? behind.get(above) : behind.get(above) + ground);
        if (!shown) continue;
        boxes.push([one, box]);
        if (one.matches(PRESSED)) pressed.push([one, box]);
        if (one.matches("input, select, textarea") || [...one.childNodes].some(
            each => each.nodeType == Node.TEXT_NODE && each.data.trim())) texts.push([one, box, style]);
    }
    const most = document.documentElement.clientWidth;
    const apart = (one, other) => !one.contains(other) && !other.contains(one);
    const lies = (one, box) => boxes.some(([other, its]) => near(box, its, 1) && apart(one, other));
    const IDLE = "[aria-disabled=true], [aria-disabled=true] *, :disabled, :disabled *";
    for (const [one, box, {color, fontSize, fontWeight, textDecorationLine, textShadow}] of texts) {
        const look = digest([most, behind.get(one), color, fontSize, fontWeight, textDecorationLine, textShadow,
            one.matches("a, [role=link]") && around(one), one.matches(IDLE) || one.closest("label")?.control?.disabled,
            one.textContent.trim().length > 1, lies(one, box) && made.get(one)].join());
        parts[look] = [parts[look]?.[0] ?? one, one];
    }
    for (const [one, box] of pressed) {
        const small = box.width < 24 || box.height < 24;
        if (small && pressed.some(([other, its]) => near(box, its, -24) && apart(one, other)) || lies(one, box)) {
            const close = boxes.filter(([other, its]) => near(box, its, -24) && apart(one, other));
            parts[digest(most + [[one, box], ...close].map(([each, its]) => [made.get(each), ...[
                its.left - box.left, its.top - box.top, its.width, its.height].map(Math.round)]).join())] = [one];
        }
    }
    stick("");
    window.seen = {parts, boxes: new Map(boxes), near};
    return {shape: digest(shape.join()), parts: Object.keys(parts)};
}"""
)
FOUND = (
    """async ({wcag, ofParts, newShape, newParts}) => {"""
    + STILL
    + """
    const {parts, boxes, near} = window.seen, asked = newParts.flatMap(each => parts[each]), there = new Set();
    const about = asked.map(one => boxes.get(one));
    stick("static");
    for (const [one, its] of boxes) if (about.some(box => near(its, box, -24)))
        for (let each = one; each && !there.has(each); each = each.parentElement) there.add(each);
    asked.forEach(one => one.setAttribute("unjudged", ""));
    axe.configure({rules: Object.entries(ofParts).map(([id, selector]) => ({id, selector}))});
    document.createTreeWalker = (root, what) => Document.prototype.createTreeWalker.call(
        document, root, what, one => there.has(one) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT);
    const judged = newParts.filter(each => parts[each].every(one => one.isConnected));
    const {violations} = await axe.run({
        runOnly: newShape ? wcag : {type: "rule", values: Object.keys(ofParts)}, resultTypes: ["violations"]});
    delete document.createTreeWalker;
    asked.forEach(one => one.removeAttribute("unjudged"));
    stick("");
    return {violations, judged};
}"""
)
"""To know what lies behind a text axe measures each element of the page; here those near to what it is asked for."""
JUDGED: set[str] = set()
"""The shapes and parts that axe has found nothing wrong with in this run."""


async def violations(page: Page) -> str:
    """What axe has to say about the page, of what it has not judged before."""
    seen = await page.evaluate(SEEN)
    new_parts = [part for part in seen["parts"] if part not in JUDGED]
    asked = {
        "wcag": WCAG,
        "ofParts": OF_PARTS,
        "newShape": seen["shape"] not in JUDGED,
        "newParts": new_parts,
    }
    if not (asked["newShape"] or new_parts):
        return ""
    told = await page.evaluate(FOUND, asked)
    found = told["violations"]
    if not found:
        JUDGED.update([seen["shape"], *told["judged"]])
    return "; ".join(
        f"{one['id']}: {one['nodes'][0]['html']} {one['nodes'][0]['failureSummary']}" for one in found
    )
