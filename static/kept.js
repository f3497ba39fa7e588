/*
  What is typed, kept in this tab until the server has it: words, choices, and what was sent
  and not answered yet, which is sent again after the page was loaded again, the very same.

  Before forms.js, which says when. Leaves out sending. What always holds: nothing stays here
  once the server has it, or once the workshop is closed.
*/
(() => {
  'use strict'

  const { byId } = window.moments

  const texts = (root) => [...root.querySelectorAll('textarea, input[type="text"], input:not([type])')]
  // By person, so that nobody who takes the seat of another in this tab sends the other's words.
  const place = () => `moments ${location.pathname} ${byId('me')?.dataset.person ?? ''} `
  const named = (form) => place() + form.id

  function read (form) {
    try { return JSON.parse(sessionStorage.getItem(named(form))) ?? {} } catch { return {} }
  }
  function write (form, held) {
    try { sessionStorage.setItem(named(form), JSON.stringify(held)) } catch { /* no storage: the page holds it */ }
  }
  function drop (form) {
    try { sessionStorage.removeItem(named(form)) } catch { /* nothing was kept */ }
  }

  /* The idea that a form is about, where the page says so: marks are for that one alone. */
  const about = (form) => form.querySelector('input[type="hidden"][name="idea"]')?.value ?? ''

  /* Ticks within a form are the editor's, which keeps them itself; those in regions are kept here. */
  const isPicked = (form, field) => field.matches('select')
    ? !field.options[field.selectedIndex]?.defaultSelected && field.value !== ''
    : field.checked && (field.type === 'radio' || (field.type === 'checkbox' && !form.contains(field)))

  /* Words and choices as they stand in a form. */
  function keep (form) {
    // Choices in the regions belong to the form as well: they are found by its id.
    const picked = [...form.elements].filter((field) => isPicked(form, field))
    const kept = form.querySelector('input[name="kept_idea"]')
    if (kept && !picked.some(({ name }) => name === 'idea')) picked.push({ name: 'idea', value: kept.value })
    const fields = [...texts(form).filter((field) => field.value.trim()), ...picked]
      .map((field) => [field.name, field.value])
    if (fields.length) write(form, { fields, about: about(form) })
    else drop(form)
  }

  /* What a form sends, ref and all, from now until it is answered. */
  function keepSent (form, body) {
    write(form, { ...read(form), sent: new URLSearchParams(body).toString() })
  }

  /* What was sent before the page was loaded again, if nobody knows what came of it. */
  function sentBefore (form) {
    const { sent } = read(form)
    return sent ? new URLSearchParams(sent) : null
  }

  /* Put it back as it stood; what was about another idea is returned, and goes nowhere. */
  function giveBack (form) {
    const held = read(form)
    if (held.fields && (held.about ?? '') !== about(form)) {
      if (!held.sent) drop(form)
      return held.fields.filter(([name]) => texts(form).some((field) => field.name === name))
        .map(([, value]) => value).join(' ')
    }
    for (const [name, value] of held.fields ?? []) {
      const picked = [...form.elements].find((each) => each.name === name && (each.matches('select')
        ? [...each.options].some((option) => option.value === value)
        : ['radio', 'checkbox'].includes(each.type) && each.value === value))
      if (picked?.matches('select')) picked.value = value
      else if (picked) picked.checked = true
      else if (name === 'idea') form.dataset.idea = value // its region may be gone for a while
      const field = texts(form).find((each) => each.name === name)
      if (field && field.value !== value) {
        field.value = value
        field.closest('details')?.setAttribute('open', '')
      }
    }
  }

  /* A workshop that is closed takes no more words, so none are left behind on this machine. */
  function clear () {
    try {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(place())) sessionStorage.removeItem(key)
    } catch { /* nothing was kept */ }
  }
  document.addEventListener('moments:shown', () => {
    const waiting = [...document.forms].some((form) => read(form).sent)
    if (byId('workshop')?.dataset.phase === 'closed' && !waiting) clear()
  })

  Object.assign(window.moments, { texts, kept: { keep, keepSent, sentBefore, giveBack, drop } })
})()
