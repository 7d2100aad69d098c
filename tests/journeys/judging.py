"""What is wrong with a page that somebody looks at: does it go sideways, and what does axe have to say of it (WCAG 2.0
to 2.2, A and AA)?

Most of a journey's time would be axe's, so it is asked for each thing once in a run, at whatever width that is met, and
is not even brought to a page on which nothing is new.
- What an element is (its name, label, role, order): once for each element as it is written, with all that it stands in,
  whether one sees it and whether it scrolls; where its name or its meaning is in what it holds, with that too, and with
  what it refers to.
- How a text looks (its contrast, links among words): once for each look, which is its own colours and size and all that
  it stands in; where it sticks out of that, or something else lies over it, at each width. Where several on a page look
  alike, the first and the last are asked for.
- How large something is that one presses: where it is less than 24 px, or anything lies over it; once for each such
  place with all that is near.

`test_judging.py` has faults of each kind on pages where everything else has been judged.
"""

from pathlib import Path

from playwright.async_api import Page

AXE = (Path(__file__).parent.parent / "vendor" / "axe-core@4.14.1" / "axe.min.js").read_text()
AT_HAND = f"window.bringAxe = () => {{{AXE}}};"
"""For each page of a context (`add_init_script`): there it is read once, and runs where something is new."""

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
OF_PARTS = ["color-contrast", "link-in-text-block", "target-size"]
"""Those of axe's rules that ask how something looks and how large it is, and of what; all others ask what it is."""
STILL = """
    for (let still = 0, height = 0; still < 2; ) {
        await new Promise(requestAnimationFrame);
        document.getAnimations().forEach(one => one instanceof CSSTransition && one.finish());
        still = document.documentElement.scrollHeight == height ? still + 1 : 0;
        height = document.documentElement.scrollHeight;
    }
    const seen = {visibilityProperty: true};
    const drawn = new Set([...document.querySelectorAll("*")].filter(one => one.checkVisibility(seen)));
    const sticky = [...drawn].filter(one => getComputedStyle(one).position == "sticky");
    const stick = position => sticky.forEach(one => { one.style.position = position; });
"""
"""What opens is judged when it is open and stands still, not on the way. And what stays in sight covers what lies under
it until one scrolls; what that is depends on how long a page is today."""

SEEN = (
    """async () => {"""
    + STILL
    + r"""
    const PRESSED = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role], [tabindex]";
    const AS_WRITTEN = new RegExp("^(class|role|lang|type|tabindex|autocomplete|scope|http-equiv|contenteditable|"
        + "aria-(?!label$|description$|roledescription|value|braille|keyshortcuts|placeholder).*)$");
    const REFERS = /^aria-(labelledby|describedby|controls|owns|activedescendant|errormessage|details|flowto)$/;
    const kinds = new Map(), kind = name => {
        if (!kinds.has(name))
            kinds.set(name, REFERS.test(name) ? "refers" : AS_WRITTEN.test(name) ? "as written" : name);
        return kinds.get(name);
    };
    const SPACED = /spacing|line-height/;
    const HOLDS_ANYTHING = new Set(("html body main div section article aside header footer nav form fieldset p span "
        + "h1 h2 h3 h4 h5 h6 bdi time small strong em label legend figure head title thead tbody tr th td").split(" "));
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
    const within = (one, other) => one.left > other.left - 1 && one.right < other.right + 1
        && one.top > other.top - 1 && one.bottom < other.bottom + 1;
    const around = link => {
        let block = link.parentElement;
        while (getComputedStyle(block).display == "inline") block = block.parentElement;
        const links = [...block.querySelectorAll("a, [role=link]")];
        const words = block.textContent.trim().length - links.reduce((sum, each) => sum + each.textContent.length, 0);
        return words > 0 ? getComputedStyle(block).color : "";
    };
    const all = [...document.querySelectorAll("*")], ids = new Map();
    for (const id of all.map(one => one.getAttribute("id"))) ids.set(id, ids.has(id));
    const there = value => value.trim().split(/\s+/).map(id => ids.has(id)).join();
    const said = (one, {name, value}) => {
        switch (kind(name)) {
            case "refers": return there(value);
            case "as written": return value;
            case "id": return ids.get(value) && "twice";
            case "content": return one.name == "viewport" && value;
            case "aria-valuenow": case "aria-valuemin": case "aria-valuemax": return Number.isFinite(+value);
            case "href": if (value.startsWith("#")) return "#";
            default: return value && value.trim() && "1";
        }
    };
    const hasText = one => [...one.childNodes].some(each => each.nodeType == Node.TEXT_NODE && each.data.trim());
    const own = new Map(), chain = new Map(), holds = new Map(), whole = new Map();
    const behind = new Map(), grounds = new Map(), boxes = [], pressed = [], texts = [], parts = {}, elements = {};
    stick("static");
    for (const one of all) {
        const above = one.parentElement, text = hasText(one), written = [];
        for (const each of one.attributes)
            if (each.name != "style" || SPACED.test(each.value)) written.push(each.name, said(one, each));
        const is = (...how) => {
            own.set(one, digest([one.tagName, text, ...how, ...written].join()));
            chain.set(one, digest(chain.get(above) + own.get(one)));
        };
        if (!drawn.has(one)) {
            is();
            continue;
        }
        const {x, y, width, height} = one.getBoundingClientRect(), style = getComputedStyle(one);
        const box = {left: x, top: y, right: x + width, bottom: y + height, width, height};
        const shown = width > 1 && height > 1;
        const scrolls = (one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight)
            && /auto|scroll/.test(style.overflow);
        is("drawn", shown, scrolls);
        const {backgroundColor, backgroundImage, opacity, filter} = style;
        const ground = [backgroundColor, backgroundImage, opacity, filter].join();
        const clear = ground == "rgba(0, 0, 0, 0),none,1,none", under = grounds.get(above) || [];
        behind.set(one, clear ? behind.get(above) : behind.get(above) + ground);
        grounds.set(one, clear ? under : [...under, box]);
        if (!shown) continue;
        boxes.push([one, box]);
        if (one.matches(PRESSED)) pressed.push([one, box]);
        if (text || one.matches("input, select, textarea")) texts.push([one, box, style]);
    }
    for (const one of all.toReversed()) {
        whole.set(one, digest(own.get(one) + [...holds.get(one) || []].join()));
        holds.set(one.parentElement, (holds.get(one.parentElement) || new Set()).add(whole.get(one)));
    }
    for (const one of all) {
        const about = one.labels ? [...one.labels] : [];
        for (const {name, value} of one.attributes)
            if (kind(name) == "refers") about.push(...value.split(/\s+/).map(id => document.getElementById(id)));
        const bare = HOLDS_ANYTHING.has(one.localName) && !one.hasAttribute("role") && !one.hasAttribute("aria-hidden");
        const page = one == document.documentElement && [document.title.trim() && "1",
            ...["main", "h1", "a[href]"].map(each => !document.querySelector(each))];
        const key = digest([chain.get(one), bare || whole.get(one), about.map(each => whole.get(each)), page].join());
        elements[key] = [elements[key]?.[0] ?? one, one];
    }
    const most = document.documentElement.clientWidth;
    const apart = (one, other) => !one.contains(other) && !other.contains(one);
    const rows = new Map(), rowsOf = function* ({top, bottom}, by) {
        for (let row = Math.floor((top + by) / 99); row <= Math.floor((bottom - by) / 99); row += 1) yield row;
    };
    for (const each of boxes) for (const row of rowsOf(each[1], 0)) rows.set(row, [...rows.get(row) || [], each]);
    const closeTo = (one, box, by) => [...rowsOf(box, by)].flatMap(row => rows.get(row) || []).filter(
        ([other, its]) => near(box, its, by) && apart(one, other));
    const lies = (one, box) => closeTo(one, box, 1).length > 0;
    const IDLE = "[aria-disabled=true], [aria-disabled=true] *, :disabled, :disabled *";
    for (const [one, box, {color, fontSize, fontWeight, textDecorationLine, textShadow}] of texts) {
        const points = Math.ceil(parseFloat(fontSize) * 72) / 96, large = points >= (fontWeight >= 700 ? 14 : 18);
        const among = one.matches("a, [role=link]") && around(one);
        const stays = grounds.get(one).every(its => within(box, its));
        const look = digest([behind.get(one), color, textShadow, large, stays || most,
            among && [among, fontSize, fontWeight, textDecorationLine],
            one.matches(IDLE) || one.closest("label")?.control?.disabled, one.textContent.trim().length > 1,
            lies(one, box) && [most, chain.get(one)]].join());
        parts[look] = [parts[look]?.[0] ?? one, one];
    }
    const isPressed = new Set(pressed.map(([one]) => one));
    for (const [one, box] of pressed) {
        const small = box.width < 24 || box.height < 24, close = small || lies(one, box) ? closeTo(one, box, -24) : [];
        if (small && close.some(([other]) => isPressed.has(other)) || lies(one, box))
            parts[digest([[one, box], ...new Map(close)].map(([each, its]) => [chain.get(each), ...[
                its.left - box.left, its.top - box.top, its.width, its.height].map(Math.round)]).join())] = [one];
    }
    stick("");
    window.seen = {parts, elements, boxes: new Map(boxes), near};
    return [elements, parts].map(each => Object.keys(each).join(" "));
}"""
)
FOUND = (
    """async ({wcag, ofParts, newElements, newParts}) => {"""
    + STILL
    + """
    if (!("axe" in window)) bringAxe();
    const {parts, elements, boxes, near} = window.seen, there = new Set();
    const looks = newParts.flatMap(each => parts[each]), whats = newElements.flatMap(each => elements[each]);
    const about = looks.map(one => boxes.get(one));
    stick("static");
    for (const [one, its] of boxes) if (about.some(box => near(its, box, -24)))
        for (let each = one; each && !there.has(each); each = each.parentElement) there.add(each);
    for (const rule of axe._audit.rules) {
        const asked = new Set(ofParts.includes(rule.id) ? looks : whats);
        rule.gather = context => axe.utils.select(rule.selector, context).filter(node => asked.has(node.actualNode)
            && (!rule.excludeHidden || axe.commons.dom.isVisibleToScreenReaders(node)));
    }
    document.createTreeWalker = (root, what) => Document.prototype.createTreeWalker.call(
        document, root, what, one => there.has(one) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT);
    const left = [...newElements.filter(each => elements[each].some(one => !one.isConnected)),
        ...newParts.filter(each => parts[each].some(one => !one.isConnected))];
    const {violations} = await axe.run({preload: {assets: ["media"]}, resultTypes: ["violations"],
        runOnly: newElements.length ? wcag : {type: "rule", values: ofParts}});
    delete document.createTreeWalker;
    stick("");
    return {violations, left};
}"""
)
"""To know what lies behind a text axe measures each element of the page; here those near to what it is asked for."""
JUDGED: set[str] = set()
"""The elements and parts that axe has found nothing wrong with in this run."""


async def violations(page: Page) -> str:
    """What axe has to say about the page, of what it has not judged before."""
    elements, parts = await page.evaluate(SEEN)
    new_elements, new_parts = [
        [each for each in keys.split() if each not in JUDGED] for keys in (elements, parts)
    ]
    if not (new_elements or new_parts):
        return ""
    told = await page.evaluate(
        FOUND, {"wcag": WCAG, "ofParts": OF_PARTS, "newElements": new_elements, "newParts": new_parts}
    )
    if not (found := told["violations"]):
        JUDGED.update({*new_elements, *new_parts}.difference(told["left"]))
    return "; ".join(
        f"{one['id']}: {one['nodes'][0]['html']} {one['nodes'][0]['failureSummary']}" for one in found
    )
