"""The client's shapes say field by field what the native protocol says, so that the two cannot drift apart."""

from __future__ import annotations

import inspect
import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from msgspec import Struct, structs

from jobyard.client import assigning, labelling, requests, shapes
from jobyard.client import experiments as experimenting
from jobyard.client import gathering as gatherings
from jobyard.client.grouping import NewGroup
from jobyard.client.jobs import Filters
from jobyard.client.shapes import experiments as told
from jobyard.client.shapes import gathering as gathered
from jobyard.client.shapes import workflows as flow_shapes
from jobyard.client.shapes.assignments import Assignment
from jobyard.client.workflows import NewRun, WorkflowEdit
from jobyard.faces.native import wire
from jobyard.faces.native.wire import assigning as parts
from jobyard.faces.native.wire import collections, experiments, gathering, sending
from jobyard.faces.native.wire import workflows as flows

ANSWERS: dict[type[Struct], type[Struct]] = {
    wire.AlteryxSettings: shapes.AlteryxSettings,
    wire.AttemptOut: shapes.Attempt,
    wire.AuditOut: shapes.AuditEntry,
    wire.AuditPage: shapes.AuditPage,
    wire.BackupOut: shapes.Backup,
    wire.BulkOut: shapes.Bulk,
    wire.BulkRefusal: shapes.BulkRefusal,
    wire.ClearmlSettings: shapes.ClearmlSettings,
    wire.CompactOut: shapes.Compacted,
    wire.CountsOut: shapes.Counts,
    wire.CredentialsOut: shapes.Credentials,
    wire.CvatSettings: shapes.CvatSettings,
    collections.CollectionOut: shapes.Collection,
    collections.CollectionPage: shapes.CollectionPage,
    sending.FormatOut: shapes.Format,
    sending.FormatsOut: shapes.Formats,
    sending.UploadOut: shapes.Upload,
    wire.DatasetOut: shapes.Dataset,
    wire.DatasetPage: shapes.DatasetPage,
    wire.DoctorOut: shapes.Doctor,
    wire.EndpointOut: shapes.Endpoint,
    wire.EventOut: shapes.Event,
    wire.EventPage: shapes.EventPage,
    wire.FailureOut: shapes.Failure,
    wire.FeedHello: shapes.FeedHello,
    wire.FeedJob: shapes.FeedJob,
    wire.FeedProgress: shapes.FeedProgress,
    wire.FeedResync: shapes.FeedResync,
    wire.FieldFault: shapes.FieldFault,
    wire.HeldOut: shapes.Held,
    wire.JobOut: shapes.Job,
    wire.JobPage: shapes.JobPage,
    wire.KeyMade: shapes.KeyMade,
    wire.KeyOut: shapes.Key,
    wire.KindOut: shapes.Kind,
    wire.LimitOut: shapes.Limit,
    wire.LimitUse: shapes.LimitUse,
    wire.LogEnd: shapes.LogEnd,
    wire.LogLineOut: shapes.LogLine,
    wire.LogPage: shapes.LogPage,
    wire.MemberOut: shapes.Member,
    wire.ModelartsSettings: shapes.ModelartsSettings,
    wire.NativeSettings: shapes.NativeSettings,
    wire.Owner: shapes.Owner,
    wire.PaceOut: shapes.Pace,
    wire.PasswordOut: shapes.PasswordMade,
    wire.Problem: shapes.Problem,
    wire.ProgressOut: shapes.Progress,
    wire.ProjectOut: shapes.Project,
    wire.ProjectRef: shapes.ProjectRef,
    wire.PruneOut: shapes.Pruned,
    wire.QueueOut: shapes.Queue,
    wire.ResourceOut: shapes.Resource,
    wire.ResultOut: shapes.ResultFile,
    wire.RetentionOut: shapes.Retention,
    wire.RoomOut: shapes.Room,
    wire.RuleOut: shapes.Rule,
    wire.SampleOut: shapes.Sample,
    wire.SamplePage: shapes.SamplePage,
    wire.SampleWhole: shapes.SampleWhole,
    wire.OutcomeOut: shapes.Outcome,
    wire.OutcomesOut: shapes.Outcomes,
    wire.SyncOut: shapes.Sync,
    wire.SyncPointOut: shapes.SyncPoint,
    wire.AttributeSpec: shapes.Attribute,
    wire.PartSpec: shapes.Part,
    wire.LabelSpec: shapes.Label,
    wire.LabelUseOut: shapes.LabelUse,
    wire.StatisticsOut: shapes.Statistics,
    wire.AttributeValue: shapes.AttributeValue,
    wire.SampleTag: shapes.Tag,
    wire.ShapePart: shapes.ShapePart,
    wire.SampleShape: shapes.Shape,
    wire.TrackPosition: shapes.Position,
    wire.TrackPart: shapes.TrackPart,
    wire.SampleTrack: shapes.Track,
    wire.AnnotationSet: shapes.Annotations,
    wire.LastJobOut: shapes.LastJob,
    wire.ScheduleOut: shapes.Schedule,
    wire.SchedulePage: shapes.SchedulePage,
    wire.ThroughputOut: shapes.Throughput,
    wire.UpcomingOut: shapes.Upcoming,
    wire.SessionOut: shapes.Session,
    wire.UsedOut: shapes.Used,
    wire.UserMade: shapes.UserMade,
    wire.UserOut: shapes.User,
    wire.WaitingOut: shapes.Waiting,
    wire.WebhookMade: shapes.WebhookMade,
    wire.WebhookOut: shapes.Webhook,
    wire.DeliveryOut: shapes.Delivery,
    wire.DeliveryPage: shapes.DeliveryPage,
    wire.TrialOut: shapes.Trial,
    wire.TryOut: shapes.Try,
    wire.Telling: shapes.Telling,
    wire.JobLetter: shapes.JobLetter,
    wire.PingLetter: shapes.PingLetter,
    wire.WorkerOut: shapes.Worker,
}
ASKED: dict[type[Struct], type[Struct]] = {
    wire.AgainIn: requests.RunAgain,
    wire.BackupIn: requests.NewBackup,
    wire.BeatIn: requests.Alive,
    wire.BulkFilter: requests.Meant,
    wire.BulkIn: requests.ForMany,
    wire.CredentialsIn: requests.NewCredentials,
    collections.CollectionIn: labelling.NewCollection,
    collections.CollectionChange: labelling.CollectionEdit,
    sending.UploadIn: labelling.NewUpload,
    wire.DatasetIn: labelling.NewDataset,
    wire.DatasetChange: labelling.DatasetEdit,
    wire.LabelsChange: labelling.LabelEdits,
    wire.TagWish: labelling.TagWish,
    wire.SampleTagging: labelling.SampleTagging,
    wire.TaggingIn: labelling.Tagging,
    wire.SamplesDelete: labelling.Deletion,
    wire.FrameRange: labelling.FrameRange,
    wire.RevisionIn: labelling.Revision,
    wire.EditIn: requests.JobEdit,
    wire.FailIn: requests.Failed,
    wire.FinishIn: requests.Finished,
    wire.JobIn: requests.NewJob,
    wire.KeepIn: requests.Keeping,
    wire.KeyIn: requests.NewKey,
    wire.EndpointIn: requests.NewEndpoint,
    wire.LimitIn: requests.NewLimit,
    wire.MemberIn: requests.Place,
    wire.PasswordIn: requests.NewPassword,
    wire.ProgressIn: requests.Told,
    wire.ProjectIn: requests.NewProject,
    wire.PruneIn: requests.Pruning,
    wire.ReleaseIn: requests.Releasing,
    wire.RuleIn: requests.NewRule,
    wire.PauseIn: requests.Pausing,
    wire.ScheduleChange: requests.ScheduleChange,
    wire.ScheduleIn: requests.NewSchedule,
    wire.TimesIn: requests.NewTimes,
    wire.SignIn: requests.NamePassword,
    wire.UserChange: requests.UserChange,
    wire.UserIn: requests.NewUser,
    wire.WebhookChange: requests.WebhookChange,
    wire.WebhookIn: requests.NewWebhook,
}
ANSWERS |= {
    experiments.FolderRef: told.FolderRef,
    experiments.ParameterOut: told.Parameter,
    experiments.ConfigurationOut: told.Configuration,
    experiments.ArtifactOut: told.Artifact,
    experiments.ModelOut: told.Model,
    experiments.ScriptOut: told.Script,
    experiments.ExperimentOut: told.Experiment,
    experiments.SeriesOut: told.Series,
    experiments.SingleOut: told.Single,
    experiments.SeriesList: told.SeriesList,
    experiments.CurveOut: told.Curve,
    experiments.CurvesOut: told.Curves,
    experiments.PlotOut: told.Plot,
    experiments.ImageOut: told.Image,
    experiments.PieceOut: told.Piece,
    experiments.ConsolePage: told.ConsolePage,
}
ASKED |= {
    experiments.CloneIn: experimenting.Cloning,
    experiments.EnqueueIn: experimenting.Enqueueing,
    experiments.ArchiveIn: experimenting.Archiving,
}
ANSWERS |= {parts.AssignmentOut: Assignment}
ASKED |= {parts.TruthIn: assigning.Truth, parts.DivisionIn: assigning.Division}
ANSWERS |= {
    flows.QuestionOut: flow_shapes.Question,
    flows.ToolLook: flow_shapes.ToolLook,
    flows.SpotOut: flow_shapes.Spot,
    flows.WireOut: flow_shapes.Wire,
    flows.CanvasOut: flow_shapes.Canvas,
    flows.LookOut: flow_shapes.Look,
    flows.VersionOut: flow_shapes.Version,
    flows.WorkflowOut: flow_shapes.Workflow,
    flows.WorkflowWhole: flow_shapes.WorkflowWhole,
    flows.WorkflowPage: flow_shapes.WorkflowPage,
    flows.FileKept: flow_shapes.KeptFile,
    flows.MessageOut: flow_shapes.Message,
    flows.PortOut: flow_shapes.Port,
    flows.ToolRecords: flow_shapes.ToolRecords,
    flows.WrittenOut: flow_shapes.WrittenFile,
    flows.RunOut: flow_shapes.WorkflowRun,
    flows.PreviewOut: flow_shapes.Preview,
}
ASKED |= {flows.WorkflowChange: WorkflowEdit, flows.RunIn: NewRun}
ANSWERS |= {
    gathering.PlaceOut: gathered.Place,
    gathering.GatheringOut: gathered.Gathering,
    gathering.GatheringPage: gathered.GatheringPage,
    gathering.GroupLine: gathered.GroupLine,
    gathering.GroupOut: gathered.Group,
    gathering.GroupPage: gathered.GroupPage,
}
ASKED |= {
    gathering.GatheringIn: gatherings.NewGathering,
    gathering.GatheringChange: gatherings.GatheringEdit,
    gathering.PlaceIn: gatherings.NewPlace,
    gathering.GroupIn: NewGroup,
}
MIRRORS = ANSWERS | ASKED
ROOMS = (wire, experiments, parts, collections, sending, flows, gathering)
"""The modules in which the protocol's shapes are found."""


def pairs(mirrors: dict[type[Struct], type[Struct]]) -> list[Any]:
    return [pytest.param(theirs, ours, id=theirs.__name__) for theirs, ours in mirrors.items()]


def agree(theirs: Any, ours: Any) -> bool:
    if isinstance(theirs, type) and issubclass(theirs, Struct):
        return MIRRORS[theirs] is ours
    origin, inside = get_origin(theirs), get_args(theirs)
    if origin is Literal:
        # A word may be any text to the client, so that a newer house's new word does not break an old client.
        return ours is str or ours == theirs
    if origin is None:
        return bool(theirs == ours)
    unions = (Union, types.UnionType)
    if origin in unions:
        told = [one for one in get_args(ours) for other in inside if agree(other, one)]
        return get_origin(ours) in unions and len(told) == len(get_args(ours)) == len(inside)
    return get_origin(ours) is origin and all(map(agree, inside, get_args(ours)))


def test_every_shape_of_the_protocol_has_its_mirror() -> None:
    found = (shape for room in ROOMS for _, shape in inspect.getmembers(room, inspect.isclass))
    shown = {shape for shape in found if issubclass(shape, Struct) and shape is not Struct}
    queries = {shape for shape in shown if shape.__name__.endswith("Asked")}
    assert shown - queries == MIRRORS.keys()


@pytest.mark.parametrize(("theirs", "ours"), pairs(MIRRORS))
def test_a_mirror_has_the_same_fields_of_the_same_types(theirs: type[Struct], ours: type[Struct]) -> None:
    assert set(ours.__struct_fields__) == set(theirs.__struct_fields__)
    their_types, our_types = get_type_hints(theirs), get_type_hints(ours)
    different = [name for name in our_types if not agree(their_types[name], our_types[name])]
    assert different == []


@pytest.mark.parametrize(("theirs", "ours"), pairs(ASKED))
def test_what_is_left_out_of_a_request_means_the_same_on_both_sides(theirs: type[Struct], ours: type[Struct]) -> None:
    assert _defaults(theirs) == _defaults(ours)
    assert ours.__struct_config__.omit_defaults


@pytest.mark.parametrize(("theirs", "ours"), pairs(ANSWERS))
def test_an_answer_without_a_field_is_no_surprise_to_either_side(theirs: type[Struct], ours: type[Struct]) -> None:
    assert _defaults(theirs) == _defaults(ours)


def test_the_filters_are_the_query_parameters_of_the_list() -> None:
    asked = set(wire.JobsAsked.__struct_fields__) - {"limit", "cursor"}
    assert set(Filters.__annotations__) == asked


def test_the_order_of_words_does_not_hide_a_new_state() -> None:
    theirs = get_args(get_type_hints(wire.JobOut)["state"])
    assert set(get_args(shapes.State)) == set(theirs)
    assert set(theirs) > shapes.FINAL


def test_a_field_that_a_newer_house_adds_is_ignored() -> None:
    told = {"id": "a", "name": "p", "colour": "green"}
    assert msgspec.convert(told, shapes.ProjectRef) == shapes.ProjectRef(id="a", name="p")


def _defaults(shape: type[Struct]) -> dict[str, Any]:
    return {
        field.name: field.default_factory() if callable(field.default_factory) else field.default
        for field in structs.fields(shape)
        if not field.required
    }
