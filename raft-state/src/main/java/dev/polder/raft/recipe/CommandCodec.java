package dev.polder.raft.recipe;

import java.util.List;

/**
 * Commands as bytes of the log:
 *
 * <pre>
 *   version u8 = 1, kind u8, then
 *   1 BEGIN    term u64, limits
 *   2 OPEN     nonce u64, ttl u64
 *   3 CALL     session u64, number u64, acknowledged u64, request
 *   4 EXPIRE   term u64, u32 count, lease u64 each
 *
 *   request    1 TRANSACT  u32 count, conditions, u32 count, steps, u32 count, steps
 *              2 GRANT     ttl u64
 *              3 REVOKE    lease u64
 *              4 CLOSE
 *   condition  key, target u8, relation u8, number u64, value
 *   step       1 PUT       key, value, lease u64
 *              2 APPEND    prefix, value, lease u64
 *              3 ADD       key, delta u64
 *              4 DELETE    range
 *              5 READ      range, count u32, descending u8
 * </pre>
 */
final class CommandCodec {
    private static final int VERSION = 1;

    private static final int BEGIN = 1;
    private static final int OPEN = 2;
    private static final int CALL = 3;
    private static final int EXPIRE = 4;

    private static final int TRANSACT = 1;
    private static final int GRANT = 2;
    private static final int REVOKE = 3;
    private static final int CLOSE = 4;

    private static final int PUT = 1;
    private static final int APPEND = 2;
    private static final int ADD = 3;
    private static final int DELETE = 4;
    private static final int READ = 5;

    private static final Codes<Compare.Target> TARGETS = new Codes<>(
            Compare.Target.class,
            List.of(
                    Compare.Target.CREATE_REVISION,
                    Compare.Target.MOD_REVISION,
                    Compare.Target.VERSION,
                    Compare.Target.LEASE,
                    Compare.Target.VALUE));
    private static final Codes<Compare.Relation> RELATIONS = new Codes<>(
            Compare.Relation.class,
            List.of(
                    Compare.Relation.EQUAL,
                    Compare.Relation.NOT_EQUAL,
                    Compare.Relation.LESS,
                    Compare.Relation.GREATER));

    private CommandCodec() {}

    // ---- commands

    static byte[] encode(Command command) {
        ByteWriter out = new ByteWriter().u8(VERSION);
        if (command instanceof Command.Call call) {
            writeHead(out, call.session(), call.number(), call.acknowledged());
            write(out, call.request());
        } else if (command instanceof Command.Open open) {
            out.u8(OPEN).i64(open.nonce()).i64(open.ttlMs());
        } else if (command instanceof Command.Begin begin) {
            out.u8(BEGIN).i64(begin.term());
            PartCodec.write(out, begin.limits());
        } else if (command instanceof Command.Expire expire) {
            PartCodec.write(out.u8(EXPIRE).i64(expire.term()), expire.leases());
        }
        return out.toBytes();
    }

    private static void writeHead(ByteWriter out, LeaseId session, long number, long acknowledged) {
        out.u8(CALL).i64(session.number()).i64(number).i64(acknowledged);
    }

    /** Returns the bytes of a request, which become a command by {@link #call}. */
    static byte[] encode(Request request) {
        ByteWriter out = new ByteWriter();
        write(out, request);
        return out.toBytes();
    }

    /** Returns the bytes of a {@link Command.Call}. */
    static byte[] call(LeaseId session, long number, long acknowledged, byte[] request) {
        ByteWriter out = new ByteWriter().u8(VERSION);
        writeHead(out, session, number, acknowledged);
        return out.raw(request).toBytes();
    }

    /**
     * Reads a command.
     *
     * @throws IllegalArgumentException if the bytes are none, or of a newer version; says what was found
     */
    static Command decode(byte[] bytes) {
        ByteReader in = new ByteReader("recipe command", bytes);
        in.expect("version", VERSION);
        Command command = readCommand(in);
        in.end();
        return command;
    }

    private static Command readCommand(ByteReader in) {
        int kind = in.u8("kind");
        return switch (kind) {
            case BEGIN -> new Command.Begin(in.number("term"), PartCodec.readLimits(in));
            case OPEN -> new Command.Open(in.i64("nonce"), in.i64("ttl"));
            case CALL ->
                new Command.Call(in.lease("session"), in.number("number"), in.number("acknowledged"), readRequest(in));
            case EXPIRE -> new Command.Expire(in.number("term"), PartCodec.readLeases(in));
            default -> throw in.bad("kind " + kind + " is not known");
        };
    }

    // ---- requests

    /**
     * Checks that bytes are a request, before they go into the log.
     *
     * @throws IllegalArgumentException if they are none; says what was found
     */
    static void checkRequest(byte[] bytes) {
        ByteReader in = new ByteReader("recipe request", bytes);
        Request unused = readRequest(in);
        in.end();
    }

    private static void write(ByteWriter out, Request request) {
        if (request instanceof Request.Transact transact) {
            out.u8(TRANSACT);
            write(out, transact.txn());
        } else if (request instanceof Request.Grant grant) {
            out.u8(GRANT).i64(grant.ttlMs());
        } else if (request instanceof Request.Revoke revoke) {
            out.u8(REVOKE).i64(revoke.lease().number());
        } else {
            out.u8(CLOSE);
        }
    }

    private static Request readRequest(ByteReader in) {
        int kind = in.u8("request");
        return switch (kind) {
            case TRANSACT -> new Request.Transact(readTxn(in));
            case GRANT -> new Request.Grant(in.i64("ttl"));
            case REVOKE -> new Request.Revoke(in.lease("lease"));
            case CLOSE -> new Request.Close();
            default -> throw in.bad("request " + kind + " is not known");
        };
    }

    private static void write(ByteWriter out, Txn txn) {
        out.i32(txn.conditions().size());
        for (Compare condition : txn.conditions()) {
            out.text(condition.key());
            TARGETS.write(out, condition.target());
            RELATIONS.write(out, condition.relation());
            out.i64(condition.number());
            PartCodec.write(out, condition.value());
        }
        write(out, txn.then());
        write(out, txn.otherwise());
    }

    private static void write(ByteWriter out, List<Op> ops) {
        out.i32(ops.size());
        ops.forEach(op -> write(out, op));
    }

    private static Txn readTxn(ByteReader in) {
        return new Txn(
                in.list("conditions", 2, () -> readCondition(in)),
                in.list("steps", 1, () -> readOp(in)),
                in.list("other steps", 1, () -> readOp(in)));
    }

    private static Compare readCondition(ByteReader in) {
        return new Compare(
                in.text("key"),
                TARGETS.read("target", in),
                RELATIONS.read("relation", in),
                in.i64("operand"),
                PartCodec.readValue(in));
    }

    static void write(ByteWriter out, Op op) {
        if (op instanceof Op.Put put) {
            out.u8(PUT).text(put.key());
            PartCodec.write(out, put.value());
            out.i64(put.lease().number());
        } else if (op instanceof Op.Append append) {
            out.u8(APPEND).text(append.prefix());
            PartCodec.write(out, append.value());
            out.i64(append.lease().number());
        } else if (op instanceof Op.Add add) {
            out.u8(ADD).text(add.key()).i64(add.delta());
        } else if (op instanceof Op.Delete delete) {
            out.u8(DELETE);
            PartCodec.write(out, delete.range());
        } else if (op instanceof Op.Read read) {
            out.u8(READ);
            PartCodec.write(out, read.range());
            out.i32(read.countMax()).flag(read.descending());
        }
    }

    static Op readOp(ByteReader in) {
        int kind = in.u8("step");
        return switch (kind) {
            case PUT -> new Op.Put(in.text("key"), PartCodec.readValue(in), in.lease("lease"));
            case APPEND -> new Op.Append(in.text("prefix"), PartCodec.readValue(in), in.lease("lease"));
            case ADD -> new Op.Add(in.text("key"), in.i64("delta"));
            case DELETE -> new Op.Delete(PartCodec.readRange(in));
            case READ -> new Op.Read(PartCodec.readRange(in), in.i32("count"), in.flag("descending"));
            default -> throw in.bad("step " + kind + " is not known");
        };
    }
}
