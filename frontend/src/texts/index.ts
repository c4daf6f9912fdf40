// Every English word of the page stands in this folder. Functions where a sentence holds data.
import { frame } from "./frame";
import { plots } from "./plots";
import { request } from "./request";
import { requests } from "./requests";
import { rooms } from "./rooms";
import { running } from "./running";
import { schedules } from "./schedules";
import { told } from "./told";
import { webhooks } from "./webhooks";

export const texts = { ...frame, ...requests, ...request, ...rooms, ...running, ...schedules, ...told, ...webhooks, ...plots };
