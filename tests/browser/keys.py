"""Nothing but a keyboard: moving by it, and seeing where one is.

Leaves out what is done with it. What always holds: at every stop on the way the focus can
be seen, and what has it is not hidden behind something else (WCAG 2.4.7 and 2.4.11).
"""

from dataclasses import dataclass

from playwright.async_api import Page

# What shows that an element has the focus; compared with the same once the focus has gone
# on. A radio of govuk-frontend shows it on its label, a tile of the control room on its frame.
LOOK = """() => {
  const el = document.activeElement
  const shown = (each, pseudo) => {
    const style = getComputedStyle(each, pseudo)
    const clear = /^rgba\\(.*, 0\\)$/.test(style.outlineColor)
    const outline = style.outlineStyle === 'none' || clear
      ? '' : `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`
    return [outline, style.boxShadow, style.backgroundColor, style.borderColor].join('; ')
  }
  const around = (each) => [each, ...(each.labels ?? []), each.closest('li')].filter(Boolean)
  const looks = (each) => around(each).flatMap(
    one => [null, '::before', '::after'].map(pseudo => shown(one, pseudo))).join(' | ')
  const name = (each) => `${each.tagName.toLowerCase()}#${each.id} ${each.name ?? ''} “${
    (each.labels?.[0] ?? each).textContent.trim().slice(0, 60)}”`

  const faults = []
  const last = window.lastStop
  if (last && last.el !== el && last.el.isConnected && looks(last.el) === last.looks) {
    faults.push(`nothing shows the focus on ${name(last.el)}`)
  }
  window.lastStop = undefined
  if (el === document.body) return { at: 'the page', faults }
  window.lastStop = { el, looks: looks(el) }

  const boxes = [el, ...(el.labels ?? [])].flatMap(each => [...each.getClientRects()])
  const met = []
  const seen = boxes.some(box => {
    const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)]
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)]
    if (right <= left || bottom <= top) return false
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
    met.push(`${hit?.tagName}.${hit?.className} at ${left}-${right}, ${top}-${bottom}`)
    return hit && (el.contains(hit) || [...(el.labels ?? [])].some(label => label.contains(hit)))
  })
  if (!seen) faults.push(`hidden by ${met.join(' and ') || 'the edge'}: ${name(el)}`)
  return { at: name(el), faults }
}"""


@dataclass
class Keys:
    """Somebody who uses the keyboard alone, in front of `page`."""

    page: Page

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, words: str) -> None:
        await self.page.keyboard.type(words)

    async def has_focus(self, selector: str) -> bool:
        return bool(await self.page.evaluate("it => document.activeElement.matches(it)", selector))

    async def to(self, selector: str, *, back: bool = False, most: int = 250) -> None:
        """Go on, or back, by Tab until something of `selector` has the focus."""
        stops = []
        for _ in range(most):
            await self.press("Shift+Tab" if back else "Tab")
            look = await self.page.evaluate(LOOK)
            stops.append(look["at"])
            assert look["faults"] == [], f"{look['faults']} on the way to {selector}: {stops[-4:]}"
            if await self.has_focus(selector):
                return
        raise AssertionError(f"{selector} was not reached by Tab: {stops}")

    async def push(self, selector: str, *, back: bool = False) -> None:
        """Go to a button or link and press Enter on it."""
        await self.to(selector, back=back)
        await self.press("Enter")

    async def keeps_its_place(self, selector: str) -> None:
        """The button that was pressed is gone, and what was around it has the focus."""
        await self.page.wait_for_function(
            "it => document.activeElement !== document.body"
            " && document.activeElement.closest(it) && !document.activeElement.matches('button')",
            arg=selector,
        )

    async def write(self, selector: str, words: str) -> None:
        await self.to(selector)
        await self.type(words)
