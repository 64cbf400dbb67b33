"""The register of what the page promises: each promise is kept by browser tests of these names.

The rows are defects that users met in the first page; the points are what it was rebuilt for.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROWS = {
    "1 a typed number": ["a_number_may_be_typed_slowly",
                         "a_letter_typed_after_a_correction_stands_where_the_caret_was"],
    "2 the knob called layers": ["the_knob_and_the_tab_that_are_both_called_layers"],
    "3 text that scrolls away": ["crossing_the_picture_leaves_the_text_where_it_is"],
    "4 arithmetic that closes": ["the_layer_that_was_asked_for_stays_and_tells_old_and_new"],
    "5 a box that is not marked": ["the_layer_that_was_asked_for_stays_and_tells_old_and_new"],
    "6 layers out of a keyboard's reach": [
        "the_arrows_walk_the_picture_and_enter_asks",
        "a_turn_is_told_in_numbers_beside_the_totals_and_aloud"],
    "7 a small picture": ["a_picture_begins_as_large_as_the_screen_lets_it",
                          "a_long_picture_begins_with_captions_of_eleven_pixels"],
    "8 full screen without knobs": ["the_full_screen_keeps_the_card_and_the_knobs"],
    "9 a main path that jumps": ["the_main_path_stands_still_while_knobs_are_turned",
                                 "a_closed_group_opens_where_it_stands_and_in_the_address"],
    "10 files in other colours": ["what_is_saved_has_the_colours_that_are_seen"],
    "11 print": ["a_diagram_is_printed_on_few_sheets",
                 "paper_shows_picture_totals_and_words_and_no_form",
                 "a_comparison_is_printed_with_both_pictures_side_by_side"],
    "12 subjects in no order": ["networks_stand_in_families_the_famous_first_and_in_one_order"],
    "13 numbers by mouse": ["channels_are_doubled_and_halved_by_button_key_and_drag",
                            "what_is_counted_goes_by_ones_and_stops_at_its_bounds",
                            "few_values_stand_side_by_side_and_are_turned_by_pointer_and_by_arrow"],
    "14 knobs below the picture": ["a_phone_keeps_picture_and_knob_in_sight_together"],
    "15 history": ["turns_of_one_knob_in_a_row_are_one_step_back_and_titles_differ"],
    "16 a black frame": ["a_mouse_leaves_no_frame_around_an_opened_group"],
    "17 closing a group": ["groups_have_signs_and_all_are_opened_and_closed_at_once"],
    "18 network to block": ["a_block_of_a_network_is_opened_alone_and_leads_back"],
    "19 search": ["the_search_finds_what_is_drawn_and_marks_what_enter_takes"],
    "20 levels of detail": ["the_levels_that_are_offered_are_those_that_differ"],
    "21 from left to right": ["a_network_from_left_to_right_begins_whole",
                              "a_map_of_a_large_picture_shows_what_is_in_sight_and_leads_there"],
    "22 zoom": ["one_notch_of_the_wheel_is_a_small_step",
                "a_narrow_picture_stays_under_the_pointer_and_a_notch_is_a_small_step",
                "a_picture_never_gets_too_small_to_find"],
    "23 another subject": ["what_two_subjects_have_is_carried_over_and_what_was_left_is_named"],
    "24 compare": ["a_side_is_picked_and_its_knobs_are_turned",
                   "the_picture_comes_first_and_the_totals_are_on_the_first_screen",
                   "compare_counts_once_and_names_its_files"],
    "25 share": ["the_address_of_the_page_is_beside_that_of_the_picture",
                 "a_clipboard_that_refuses_says_so_and_the_lines_are_selected",
                 "files_come_first_where_only_this_machine_reaches_the_server"],
    "26 tablets": ["the_totals_are_one_line_and_a_tablet_has_the_words_under_the_picture"],
    "27 big pictures": ["in_a_picture_of_many_boxes_light_lies_on_a_sheet_of_its_own"],
    "28 gallery": ["cards_stand_in_the_order_that_was_chosen"],
    "29 words": ["a_refused_value_is_explained_once_with_a_capital",
                 "which_receptive_field_is_meant_is_said"],
    "30 legend": ["a_legend_is_folded_at_the_foot_and_stays_open_through_turns"],
    "31 letters of files": ["every_text_is_inside_its_box_in_any_font"],
    "32 small things": ["the_other_language_opens_where_the_reader_looked",
                        "a_tap_leaves_nothing_lit_and_its_box_is_seen_above_the_sheet",
                        "whoever_fixes_a_value_stays_at_its_knob",
                        "an_unknown_name_is_the_title_of_its_page",
                        "forced_colours_show_what_is_chosen_and_what_is_seen",
                        "a_form_without_a_script_leaves_a_short_address",
                        "wide_lines_of_code_scroll_in_their_own_box",
                        "the_code_that_ran_is_copied_without_its_line_numbers",
                        "no_page_moves_sideways_at_any_width"],
}  # fmt: skip
POINTS = {
    "2 a turn shows what it changed": [
        "what_is_new_and_what_is_other_is_marked_for_a_moment",
        "boxes_glide_unless_the_reader_wants_them_still",
        "sentences_that_a_turn_brought_get_a_bar",
        "every_turn_is_told_against_the_state_that_was_kept",
        "what_to_try_next_follows_a_turn_that_did_not_wait_for_it"],
    "3 real knobs and sweeps": ["yes_or_no_is_a_switch", "a_card_of_the_sweep_takes_its_value",
                                "the_sweep_is_reached_and_left_by_key"],
    "4 the arithmetic seen": [
        "asking_a_convolution_shows_its_window_and_a_step_moves_it_by_its_stride",
        "play_walks_by_itself_and_stands_still_when_the_card_is_closed",
        "the_slider_passes_the_calls_and_tells_what_the_table_tells",
        "pointing_at_a_shape_lights_every_call_that_gives_it",
        "pointing_at_a_channel_number_lights_the_knob_that_sets_it",
        "pointing_at_a_sum_tells_why_its_sides_fit"],
    "5 cost and size seen": ["every_box_tells_its_share_and_slabs_its_size"],
    "6 play": ["a_pulse_splits_and_waits_until_both_parts_have_come",
               "the_line_of_code_is_lit_and_keys_step"],
    "7 the picture is the hero": ["columns_fold_and_stay_folded",
                                  "columns_are_made_wider_by_pointer_and_by_key_and_stay_so",
                                  "a_card_tells_mouse_and_keys_and_a_line_what_the_site_is_for"],
    "8 take it home": ["the_picture_itself_is_copied_with_its_own_title",
                       "a_text_of_the_picture_is_copied_as_it_would_be_saved",
                       "a_file_is_saved_under_the_name_of_the_structure"],
    "9 keyboard and screen reader": ["what_is_heard_tells_the_block",
                                     "every_stop_of_the_tab_key_shows_that_it_is_one"],
    "10 presence": ["a_pasted_link_names_and_shows_what_it_leads_to"],
    "also": ["at_400_percent_everything_is_in_one_column", "nothing_keeps_a_reader_out",
             "a_page_weighs_less_than_180_kb",
             "back_and_forward_lead_through_the_pictures",
             "a_segment_turns_the_knob_and_back_turns_it_back"],
}  # fmt: skip


def _tests() -> set[str]:
    """The names of all browser tests."""
    files = Path(__file__).parent.glob("test_*.py")
    trees = [ast.parse(file.read_text("utf-8")) for file in files]
    return {part.name for tree in trees for part in ast.walk(tree)
            if isinstance(part, ast.FunctionDef)}  # fmt: skip


@pytest.mark.parametrize("promise", [*ROWS.items(), *POINTS.items()], ids=lambda pair: pair[0])
def test_a_browser_test_keeps_it(promise: tuple[str, list[str]]) -> None:
    _, kept = promise
    assert not {f"test_{name}" for name in kept} - _tests()


def test_no_row_is_missing() -> None:
    assert [int(row.split()[0]) for row in ROWS] == list(range(1, 33))
