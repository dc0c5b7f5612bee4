package dev.polder.api;

import com.google.protobuf.ByteString;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.MesosScheduler.Call;
import org.jspecify.annotations.Nullable;

/** What a scheduler's call must contain, whatever the state of the cluster. The order of the checks is Mesos's. */
final class SchedulerCalls {
    private static final int UUID_BYTES = 16;
    private static final int UUID_VERSION_AT = 6;
    private static final int UUID_VERSION_MAX = 5;

    private SchedulerCalls() {}

    /** Returns what is wrong with the call, null if nothing is. */
    static @Nullable String fault(Call call) {
        if (!call.hasType()) {
            return "field 'type' is absent or not a known call: every call names its type";
        }
        if (call.getType() == Call.Type.SUBSCRIBE) {
            return call.hasSubscribe()
                    ? differingIds(call, "subscribe", call.getSubscribe().getFrameworkInfo())
                    : missing(call, "subscribe");
        }
        if (!call.hasFrameworkId()) {
            return missing(call, "framework_id");
        }
        String part = missingPart(call);
        return part != null ? missing(call, part) : contentFault(call);
    }

    /** Returns the name of the sub-message that belongs to the call's type and is not there, null if nothing is missing. */
    private static @Nullable String missingPart(Call call) {
        return switch (call.getType()) {
            case ACCEPT -> call.hasAccept() ? null : "accept";
            case DECLINE -> call.hasDecline() ? null : "decline";
            case ACCEPT_INVERSE_OFFERS -> call.hasAcceptInverseOffers() ? null : "accept_inverse_offers";
            case DECLINE_INVERSE_OFFERS -> call.hasDeclineInverseOffers() ? null : "decline_inverse_offers";
            case KILL -> call.hasKill() ? null : "kill";
            case SHUTDOWN -> call.hasShutdown() ? null : "shutdown";
            case ACKNOWLEDGE -> call.hasAcknowledge() ? null : "acknowledge";
            case ACKNOWLEDGE_OPERATION_STATUS ->
                call.hasAcknowledgeOperationStatus() ? null : "acknowledge_operation_status";
            case RECONCILE -> call.hasReconcile() ? null : "reconcile";
            case RECONCILE_OPERATIONS -> call.hasReconcileOperations() ? null : "reconcile_operations";
            case MESSAGE -> call.hasMessage() ? null : "message";
            case REQUEST -> call.hasRequest() ? null : "request";
            case UPDATE_FRAMEWORK -> call.hasUpdateFramework() ? null : "update_framework";
            case UNKNOWN, SUBSCRIBE, TEARDOWN, REVIVE, SUPPRESS -> null;
        };
    }

    private static @Nullable String contentFault(Call call) {
        return switch (call.getType()) {
            case ACKNOWLEDGE -> uuidFault("acknowledge", call.getAcknowledge().getUuid());
            case ACKNOWLEDGE_OPERATION_STATUS ->
                uuidFault(
                        "acknowledge_operation_status",
                        call.getAcknowledgeOperationStatus().getUuid());
            case UPDATE_FRAMEWORK ->
                differingIds(call, "update_framework", call.getUpdateFramework().getFrameworkInfo());
            default -> null;
        };
    }

    /** An absent id equals an empty one. */
    private static @Nullable String differingIds(Call call, String part, FrameworkInfo info) {
        String outer = call.getFrameworkId().getValue();
        String inner = info.getId().getValue();
        return outer.equals(inner)
                ? null
                : "'framework_id' is '" + outer + "' but '" + part + ".framework_info.id' is '" + inner
                        + "': both must be equal, or both absent";
    }

    /** Mesos looks at the length and at the version's four bits, and not at the variant's; so do we. */
    private static @Nullable String uuidFault(String part, ByteString uuid) {
        if (uuid.size() != UUID_BYTES) {
            return "'" + part + ".uuid' has " + uuid.size() + " bytes: a UUID has 16";
        }
        int version = (uuid.byteAt(UUID_VERSION_AT) & 0xf0) >> 4;
        return version >= 1 && version <= UUID_VERSION_MAX
                ? null
                : "'" + part + ".uuid' has the version " + version + ": a UUID's version is 1 to 5";
    }

    private static String missing(Call call, String field) {
        return "field '" + field + "' is absent: a call of type " + call.getType() + " must have it";
    }
}
