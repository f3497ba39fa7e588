/*
  The editor of a problem statement: where one was is where one goes on, and ticks and
  choices are kept as words are (forms.js keeps those). Leaves out saving and sending.
  What always holds: without this everything still works.
*/
(() => {
  'use strict'

  const byId = (id) => document.getElementById(id)
  const edit = () => byId('edit')
  const shelf = `moments choices ${location.pathname}`
  const picked = (form) => [...form.elements].filter((each) =>
    (each.type === 'checkbox' || each.matches('select')) && each.name !== '')
  const value = (each) => each.type === 'checkbox' ? each.checked : each.value
  const served = (select) => Math.max(0, [...select.options].findIndex((option) => option.defaultSelected))
  const changed = (each) => each.type === 'checkbox'
    ? each.checked !== each.defaultChecked
    : each.selectedIndex !== served(each)
  let leaving = false

  /* With the edition it was typed on, which words that are given back are sent with. */
  function keep (form) {
    const fields = picked(form).filter(changed).map((each) => [each.id, value(each)])
    const edition = form.elements.namedItem('edition').value
    try {
      sessionStorage.setItem(shelf, JSON.stringify({ edition, fields }))
    } catch { /* no storage here: the page itself still holds it */ }
  }
  function unkeep () {
    try { sessionStorage.removeItem(shelf) } catch { /* nothing was kept */ }
  }
  function giveBack (form) {
    let kept = null
    try { kept = JSON.parse(sessionStorage.getItem(shelf) ?? 'null') } catch { return }
    if (!kept) return
    const edition = form.elements.namedItem('edition')
    if (kept.edition !== edition.value) {
      // Somebody else has saved since: the server will say so, and nothing is written over.
      edition.value = kept.edition
      return
    }
    for (const [id, was] of kept.fields) {
      const field = byId(id)
      if (!field) continue
      if (field.type === 'checkbox') field.checked = was
      else field.value = was
      field.closest('details')?.setAttribute('open', '')
    }
  }

  /* How many cards fit a barrier, as it is ticked. */
  function count (form) {
    const cards = form.dataset.cards.split('|').map((card) => card.split(' '))
    for (const place of form.querySelectorAll('[data-fits]')) {
      const ticked = [...form.elements].filter((each) => each.name === place.dataset.fits && each.checked)
        .map((each) => each.value)
      const number = cards.filter((card) => card.some((part) => ticked.includes(part))).length
      place.textContent = String(number)
      place.nextSibling.textContent = number === 1 ? ' card fits' : ' cards fit'
    }
  }

  for (const kind of ['input', 'change']) {
    document.addEventListener(kind, (event) => {
      const form = edit()
      if (!form || event.target.form !== form) return
      keep(form)
      if (kind === 'change') count(form)
    })
  }
  addEventListener('beforeunload', (event) => {
    const form = edit()
    if (!form || leaving) return
    const ticked = picked(form).some((each) => !each.name.startsWith('to-') && changed(each))
    if (ticked || form.dataset.unsaved) event.preventDefault()
  })

  // ---------- the form comes back ----------

  let open = []
  let place = null // what had the focus, and how far down the window it stood
  document.addEventListener('htmx:before:swap', () => {
    if (!edit()) return
    open = [...document.querySelectorAll('#edit details[open]')].map((each) => each.id)
    const at = document.activeElement
    place = at?.id && edit().contains(at) ? { id: at.id, top: at.getBoundingClientRect().top } : null
  })
  document.addEventListener('htmx:after:request', (event) => {
    const { ctx } = event.detail
    if (ctx.sourceElement.id !== 'edit') return
    if (ctx.hx.redirect) leaving = true
    if (ctx.hx.redirect || /^\s*<form/.test(ctx.text)) unkeep()
  })
  let shown = null
  function show (form, first) {
    shown = form
    if (first) giveBack(form)
    for (const id of open) byId(id)?.setAttribute('open', '')
    count(form)
    const at = byId(form.dataset.focus ?? '') ?? byId('edit-stale')
    if (first) return
    if (at) {
      at.closest('details')?.setAttribute('open', '')
      at.focus()
    } else if (place && byId(place.id) && !form.querySelector('.govuk-error-summary')) {
      byId(place.id).focus({ preventScroll: true })
      scrollBy(0, byId(place.id).getBoundingClientRect().top - place.top)
    }
  }
  document.addEventListener('htmx:after:settle', () => {
    const form = edit()
    if (form && form !== shown) show(form, false)
  })
  if (edit()) show(edit(), true)
})()
