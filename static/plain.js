/*
  Forms that the browser sends by itself, to another page: what stands in one is kept in this
  tab until the page it leads to is there, and leaving it is asked about.

  Leaves out forms that htmx sends (forms.js, kept.js). What always holds: what was typed is
  dropped only once the server has taken it; an answer that refuses it stands at the address
  of the form, or leads nowhere.
*/
(() => {
  'use strict'

  const SHELF = 'moments plain '
  const TICKS = ['radio', 'checkbox']
  const LEFT_OUT = ['hidden', 'submit', 'button', 'file', 'fieldset']

  const fields = (form) => [...form.elements].filter((each) => each.name && !LEFT_OUT.includes(each.type))
  const state = (form) => fields(form).map((each) => [each.name, each.value, TICKS.includes(each.type) && each.checked])
  const shelf = (form) => `${SHELF}${location.pathname} ${form.id}`

  function read (key) {
    try { return JSON.parse(sessionStorage.getItem(key)) ?? {} } catch { return {} }
  }
  function write (key, held) {
    try { sessionStorage.setItem(key, JSON.stringify(held)) } catch { /* no storage: the page holds it */ }
  }

  function giveBack (form) {
    for (const [name, value, ticked] of read(shelf(form)).fields ?? []) {
      const field = fields(form).find((each) => each.name === name && (!TICKS.includes(each.type) || each.value === value))
      if (!field) continue // such as a problem statement that has been deleted since
      if (TICKS.includes(field.type)) field.checked = ticked
      else if (!field.matches('select') || [...field.options].some((each) => each.value === value)) field.value = value
      if (ticked) field.closest('details')?.setAttribute('open', '')
    }
  }

  for (const form of document.querySelectorAll('form[data-plain]')) {
    const served = JSON.stringify(state(form))
    let leaving = false
    giveBack(form)
    const keep = (sent) => write(shelf(form), { fields: state(form), sent })
    for (const kind of ['input', 'change']) form.addEventListener(kind, () => keep(false))
    form.addEventListener('submit', () => {
      leaving = true
      keep(true)
    })
    addEventListener('pageshow', () => { leaving = false })
    addEventListener('beforeunload', (event) => {
      const unsent = form.dataset.refused || JSON.stringify(state(form)) !== served
      if (unsent && !leaving) event.preventDefault()
    })
  }

  /* Where sending led to another page, it was taken. */
  const from = document.referrer.startsWith(`${location.origin}/`) ? new URL(document.referrer).pathname : null
  if (from && from !== location.pathname) {
    try {
      for (const key of Object.keys(sessionStorage)) {
        if (key.startsWith(`${SHELF}${from} `) && read(key).sent) sessionStorage.removeItem(key)
      }
    } catch { /* nothing was kept */ }
  }
})()
