"""The pages of templates: reading, editing with plain forms, trying out."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from interviews.forms.templates import Editor
from interviews.models import LoopTemplate
from interviews.selectors.templates import rules_of
from tests.factories import RoleFamilyFactory, SeniorityFactory, UserFactory
from tests.interviews.test_templates import plan_on, save
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"interviews:template-{name}", args=args)


def form_of(template, **changes):
    """What the browser sends for the editor as it is shown."""
    rules = rules_of(template)
    slugs = {it.competency: it.competency for it in rules.needs}
    pools = {pool: pool for it in rules.rounds for pool in it.seats.values()}
    editor = Editor(competencies=slugs, pools=pools).show(rules)
    sent = {"seen": rules.fingerprint, "rounds": editor.round_keys, "needs": editor.need_keys}
    for form in (editor.head, *(row.form for row in (*editor.rounds, *editor.needs))):
        for name in form.fields:
            value = form[name].value()
            sent[form.add_prefix(name)] = "" if value is None else value
    return sent | changes


@pytest.fixture
def world(client):
    world = small_world()
    world.recruiter.language = "en"
    client.force_login(world.recruiter)
    return world


def test_grid_shows_which_have_a_template(client, world):
    role = RoleFamilyFactory(name_en="Designer")

    page = client.get(url("list")).content.decode()

    assert url("detail", world.template.pk) in page
    assert f"{url('create')}?role={role.slug}&amp;seniority={world.job.seniority.slug}" in page


def test_hiring_manager_reads_and_does_not_edit(client, world):
    client.force_login(world.hiring_manager)

    page = client.get(url("detail", world.template.pk))

    assert page.status_code == 200
    assert url("edit", world.template.pk) not in page.content.decode()
    assert client.get(url("edit", world.template.pk)).status_code == 404
    assert client.get(url("create")).status_code == 403
    assert client.post(url("retire", world.template.pk)).status_code == 404


@pytest.mark.parametrize("role", [Role.INTERVIEWER, Role.AUTHOR])
def test_others_see_no_templates(client, world, role):
    client.force_login(UserFactory(roles=[role]))

    assert client.get(url("list")).status_code == 403
    assert client.get(url("detail", world.template.pk)).status_code == 404


def test_saving_what_is_shown_changes_nothing(client, world):
    before = rules_of(world.template)

    answer = client.post(url("edit", world.template.pk), form_of(world.template))

    assert answer.status_code == 302
    assert rules_of(LoopTemplate.objects.get()) == before


def test_saving_a_used_template_makes_the_next_version(client, world):
    plan_on(world, world.template)

    answer = client.post(url("edit", world.template.pk), form_of(world.template, rest_days="30"), follow=True)

    page = answer.content.decode()
    assert "Saved as the next version." in page
    assert "Days of rest: 21 → 30." in page
    assert LoopTemplate.objects.current().get().version == 2


@pytest.mark.parametrize(
    ("action", "rounds"),
    [
        ("add-round", "0,1,2"),
        ("drop-round:0", "1"),
        ("up-round:1", "1,0"),
        ("down-round:0", "1,0"),
        ("up-round:9", "0,1"),
    ],
)
def test_rows_change_and_nothing_typed_is_lost(client, world, action, rounds):
    sent = form_of(world.template, **{"round-1-name_en": "Typed", "round-1-minutes": "nonsense", "action": action})

    answer = client.post(url("edit", world.template.pk), sent)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'name="rounds" value="{rounds}"' in page
    assert 'value="Typed"' in page
    assert 'value="nonsense"' in page
    assert world.template.rounds.count() == 2


def test_needs_are_added_and_taken_out(client, world):
    added = client.post(url("edit", world.template.pk), form_of(world.template, action="add-need")).content.decode()
    dropped = client.post(
        url("edit", world.template.pk), form_of(world.template, action="drop-need:0")
    ).content.decode()

    assert 'name="needs" value="0,1,2"' in added
    assert 'name="needs" value="1"' in dropped


def test_wrong_fields_are_named_and_kept(client, world):
    sent = form_of(world.template, **{"round-0-minutes": "5", "round-1-lead": ""})

    answer = client.post(url("edit", world.template.pk), sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_round-0-minutes_error"' in page
    assert 'id="id_round-1-lead_error"' in page
    assert 'value="5"' in page


def test_rules_nobody_could_follow_are_refused_in_words(client, world):
    sent = form_of(world.template, **{"round-1-opening_minutes": "60"})

    answer = client.post(url("edit", world.template.pk), sent)

    assert answer.status_code == 422
    assert "Round 2 has no minutes left for questions" in answer.content.decode()


def test_second_editor_keeps_what_they_typed(client, world):
    sent = form_of(world.template, rest_days="44")
    save(world, world.template, difficulty=5)

    answer = client.post(url("edit", world.template.pk), sent)

    assert answer.status_code == 422
    assert "Somebody else has changed this template" in answer.content.decode()
    assert 'value="44"' in answer.content.decode()
    assert LoopTemplate.objects.get().rest_days == 21


def test_trying_keeps_nothing(client, world):
    answer = client.post(url("edit", world.template.pk), form_of(world.template, action="try", language="en"))
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "A loop can be built." in page
    assert "Proved to be the best choice." in page
    assert LoopTemplate.objects.count() == 1


def test_trying_says_what_stands_in_the_way(client, world):
    sent = form_of(world.template, **{"need-0-questions": "9", "action": "try", "language": "en"})

    page = client.post(url("edit", world.template.pk), sent).content.decode()

    assert "No loop keeps all of these rules." in page
    assert "Too few questions" in page


def test_htmx_gets_the_form_alone_and_is_sent_on_after_saving(client, world):
    headers = {"HX-Request": "true"}

    part = client.post(url("edit", world.template.pk), form_of(world.template, action="add-round"), headers=headers)
    saved = client.post(url("edit", world.template.pk), form_of(world.template, rest_days="9"), headers=headers)

    assert part.content.decode().lstrip().startswith("<form")
    assert saved.headers["HX-Redirect"] == url("detail", world.template.pk)


def test_new_template_from_a_copy(client, world):
    role, step = RoleFamilyFactory(name_en="Designer"), SeniorityFactory(name_en="Junior")
    where = {"role_family": role.pk, "seniority": step.pk}

    shown = client.get(f"{url('create')}?copy={world.template.pk}&role={role.slug}&seniority={step.slug}")
    client.post(url("create"), form_of(world.template, name_en="Designer, junior", **where))
    again = client.post(url("create"), form_of(world.template, **where))

    assert 'value="Designer, junior"' in shown.content.decode()
    made = LoopTemplate.objects.get(role_family=role)
    assert made.rounds.count() == 2
    assert again.status_code == 422
    assert "This role and seniority have a template already." in again.content.decode()


def test_deriving_from_the_bank_fills_rounds_and_needs(client, world):
    where = f"role={world.job.role_family.slug}&seniority={world.job.seniority.slug}"

    page = client.get(f"{url('create')}?derive=1&{where}").content.decode()

    assert 'name="needs" value="0,1"' in page
    assert 'name="rounds" value="0"' in page


def test_retired_template_leaves_the_grid(client, world):
    plan_on(world, world.template)

    answer = client.post(url("retire", world.template.pk), follow=True)

    assert "The template is out of use." in answer.content.decode()
    assert "no longer in use" in client.get(url("detail", world.template.pk)).content.decode()


def test_old_version_is_brought_back_through_the_editor(client, world):
    plan_on(world, world.template)
    newer = save(world, world.template, rest_days=99)

    page = client.get(f"{url('edit', newer.pk)}?restore={world.template.pk}").content.decode()

    assert 'name="rest_days" value="21"' in page


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("list", 6), ("detail", 19), ("edit", 12)])
def test_query_counts_are_constant(client, world, size, name, queries, django_assert_num_queries):
    for _number in range(size):
        plan_on(world, LoopTemplate.objects.current().get())
        save(world, LoopTemplate.objects.current().get(), rest_days=30 + _number)
        RoleFamilyFactory(), SeniorityFactory()
    template = LoopTemplate.objects.current().get()

    with django_assert_num_queries(queries):
        client.get(url(name, *([] if name == "list" else [template.pk])))
