"""Owns which phrases the wording of an explanation needs; `zh` and `en` say each, so that neither can lack one."""

from __future__ import annotations

from typing import Any, NamedTuple

from attrs import frozen


@frozen
class Labels:
    """The few words of a layout itself, in the language of the telling."""

    inputs: str
    reasons: str
    next: str
    item: str
    value: str
    place: str
    note: str
    why: str
    rule: str
    clause: str
    status: str
    again: str
    later: str
    taken: str
    not_taken: str
    contents: str
    violations: str
    readings: str
    sources: str
    summary: str
    printed: str


class Catalog(NamedTuple):
    """The phrases of one language; placeholders in braces are filled by name, the same in every language."""

    labels: Labels
    colon: str
    semicolon: str
    comma: str
    list_mark: str
    about: str
    quoted: str
    grouped: str
    group_key: str
    cited: str
    lacking: str
    just_equal: str
    fixed: str
    local: str
    all_needed: str
    some_needed: str
    not_holding: str
    not_decided: str
    conclusion: str

    reaches: str
    exceeds: str
    within: str
    below: str
    band: str
    otherwise: str
    no_band_lower: str
    no_band_upper: str
    band_unsure: str
    takes: str
    bands: str
    taken: str
    outdone_lower: str
    outdone_upper: str
    short: str
    beyond: str
    short_plain: str
    beyond_plain: str
    exactly_excluded: str
    else_only: str
    unsure: str

    general: str
    exception: str
    labelled: str
    from_day: str
    in_force: str
    earlier: str
    choice_unsure: str
    choice_none: str
    case_holds: str
    by_reading: str
    namely: str
    by_category: str
    not_it: str
    case_stands: str
    case_fails: str
    cases_fail: str
    cases: str
    case_taken: str
    case_outdone: str
    case_short: str
    case_unasked: str
    case_else: str
    highest: str
    lowest: str
    picked: str
    pick_unsure: str
    pick_tie: str
    pick_lower: str
    pick_higher: str
    pick_equal: str
    options: str
    looked_up: str
    not_looked_up: str
    adopted: str
    switched: str
    equals: str
    because: str
    alternatives: str

    sliced: str
    slices: str
    slice: str
    last_slice: str
    slice_empty: str
    slice_sum: str
    step_unsure: str
    step_none: str
    step_excess: str
    step_max: str
    step_min: str
    step_sum: str
    every_size: str
    route: str
    route_begun: str
    route_value: str
    no_step: str
    routes: str
    at_start: str
    together: str
    step_tie: str
    most_steps: str
    lower: str
    higher: str
    cap: str
    floor: str
    on_condition: str
    bound_unsure: str
    bound_none: str
    bound_by: str
    bounds: str
    bound_works: str
    bound_idle: str
    bound_off: str
    half_up: str
    round_up: str
    round_down: str
    half_even: str
    rounded: str
    round_unsure: str
    round_same: str

    not_supplied: str
    no_rows: str
    computed: str
    partial: str
    satisfying: str
    counted: str
    scope: str
    scope_where: str
    is_count: str
    is_sum: str
    is_max: str
    is_min: str
    is_mean: str
    is_any: str
    is_all: str
    is_distinct: str
    is_list: str
    is_first: str
    is_last: str
    up_to: str
    before: str
    previous: str
    rank: str
    split: str
    scale: str
    no_previous: str
    no_order: str
    tied: str
    open_rows: str
    fits: str
    no_share: str
    rank_open: str
    left_out: str
    nobody_shares: str
    share_rounded: str
    share_remainder: str
    pending_rows: str
    unknown_rows: str
    invalid_rows: str
    inapplicable_rows: str
    row_unit: str
    row_short: str
    row_unsure: str
    row_counted: str
    rows: str
    rows_left_out: str
    more_rows: str
    searched: str

    evidence: str
    erratum: str
    why: str
    due: str
    responsible: str
    deferred: str
    excluded: str
    excluded_plain: str
    substituted: str
    unfinished: str
    overruled: str

    of_row: str
    of_rows: str
    at_place: str
    place_mark: str
    missing: str
    missing_table: str
    source: str
    missing_row: str
    missing_owner: str
    missing_rows: str
    awaiting: str
    office: str
    detail: str
    violated: str
    unreadable: str
    conflict: str
    not_in_force: str
    undefined: str

    raw: str
    by_default: str
    wanting: str
    no_row: str
    bad: str
    to_decide: str
    no_place: str

    next_band: str
    next_step: str
    next_condition: str
    worth: str
    gain: str
    loss: str
    no_gain: str
    scenario: str
    scenario_part: str
    also: str
    top: str
    reading_use: str
    reading_other: str
    law_label: str
    law_text: str
    law_cases: str
    law_amended: str
    law_known: str
    law_gone: str
    law_old: str
    law_new: str
    law_taken: str
    law_better: str
    v_line: str
    v_first: str
    v_since: str
    v_before: str
    v_change: str
    v_add: str
    v_repeal: str
    v_restore: str
    v_keep: str
    v_merge: str
    v_supersede: str
    v_borrowed: str
    v_retroactive: str
    v_passed: str
    v_not_yet: str
    v_not_known: str
    v_old_law: str
    v_outdone: str
    v_lapsed: str
    v_expired: str


WIDE = str.maketrans({narrow: chr(ord(narrow) + 0xFEE0) for narrow in ",:;()"})


def wide(catalog: Catalog) -> Catalog:
    """The catalog with the punctuation of Chinese prose; written narrow, because editors and tools narrow it unseen."""
    phrases: dict[str, Any] = {name: text for name, text in catalog._asdict().items() if isinstance(text, str)}
    return catalog._replace(**{name: text.translate(WIDE) for name, text in phrases.items()})
