/*
  What is typed, kept in this tab until the server has it: words, choices, and what was sent
  and not answered yet, which is sent again after the page was loaded again, the very same.

  Before forms.js, which says when. Leaves out sending. What always holds: nothing stays here
  once the server has it, or once the workshop is closed or gone; and what cannot be kept is
  not said to be.
*/
(() => {
  'use strict'

  const { byId, fields: { texts, content, sign } } = window.moments

  // By person, so that nobody who takes the seat of another in this tab sends the other's words.
  const place = () => `moments ${location.pathname} ${byId('me')?.dataset.person ?? ''} `
  const named = (form) => place() + form.id
  const marks = new WeakMap() // by form: what its words were typed upon (drafts.js)
  let full = false // the last words did not go in
  let over = false // nothing is kept any more

  function read (form) {
    try { return JSON.parse(sessionStorage.getItem(named(form))) ?? {} } catch { return {} }
  }
  function write (form, held) {
    if (over) return
    try {
      sessionStorage.setItem(named(form), JSON.stringify(held))
      full = false
    } catch {
      full = true
      drop(form) // older words would come back in place of these
    }
  }
  function drop (form) {
    try { sessionStorage.removeItem(named(form)) } catch { /* nothing was kept */ }
  }

  /* Whether this browser keeps anything at all: it may be told not to, or be full. */
  function holds () {
    if (full || over) return false
    try {
      sessionStorage.setItem('moments ', 'x')
      sessionStorage.removeItem('moments ')
      return true
    } catch { return false }
  }

  /* The idea that a form is about, where the page says so: marks are for that one alone. */
  const about = (form) => form.querySelector('input[type="hidden"][name="idea"]')?.value ?? ''

  /* Ticks within a form are the editor's, which keeps them itself; those in regions are kept here. */
  const isPicked = (form, field) => field.matches('select')
    ? !field.options[field.selectedIndex]?.defaultSelected && field.value !== ''
    : field.checked && (field.type === 'radio' || (field.type === 'checkbox' && !form.contains(field)))

  /* Words and choices as they stand in a form. What was emptied is kept empty. */
  function keep (form) {
    // Choices in the regions belong to the form as well: they are found by its id.
    const picked = [...form.elements].filter((field) => isPicked(form, field))
    const before = form.querySelector('input[name="kept_idea"]')
    if (before && !picked.some(({ name }) => name === 'idea')) picked.push({ name: 'idea', value: before.value })
    const touched = texts(form).some((field) => field.value.trim() || field.defaultValue)
    if (picked.length || touched || marks.has(form)) {
      const fields = [...texts(form), ...picked].map((field) => [field.name, field.value])
      write(form, { fields, about: about(form), ...marks.get(form) })
    } else drop(form)
  }

  /* Upon which version of the draft words are typed, and what was tried since, come of it what may. */
  function mark (form, version, tried) {
    marks.set(form, { version, tried })
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

  /* Put it back as it stood. Returned, and put nowhere, is what was about another idea; and
     the mark of words that were typed upon another version of the draft than the server's. */
  function giveBack (form, version) {
    const held = read(form)
    const served = content(form)
    const known = held.tried?.includes(sign(form))
    if (held.fields && (held.about ?? '') !== about(form)) {
      if (!held.sent) drop(form)
      const words = held.fields.filter(([name, value]) => value.trim() && texts(form).some((field) => field.name === name))
      return { elsewhere: words.map(([, value]) => value).join(' ') }
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
    // An answer that was lost said, perhaps, that some of it was saved: then the version is ours.
    const ours = [undefined, version].includes(held.version) || held.sent || known
    return ours || content(form) === served ? {} : { upon: held.version }
  }

  function forget (start) {
    try {
      for (const key of Object.keys(sessionStorage)) if (key.startsWith(start)) sessionStorage.removeItem(key)
    } catch { /* nothing was kept */ }
  }
  /* A workshop that is closed takes no more words, so none are left behind on this machine. */
  document.addEventListener('moments:shown', () => {
    const waiting = [...document.forms].some((form) => read(form).sent)
    if (byId('workshop')?.dataset.phase === 'closed' && !waiting) forget(place())
  })
  /* Nor does one that is gone, or that somebody was taken out of: the words are on the page alone. */
  document.addEventListener('moments:over', () => {
    over = true
    forget(place())
  })
  const gone = document.querySelector('[data-gone]')?.dataset.gone
  if (gone) forget(`moments ${gone} `)

  window.moments.kept = { keep, mark, keepSent, sentBefore, giveBack, drop, holds }
})()
