package dev.polder.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One end of a connection to a member, in the hand of a test that may say anything. */
final class RawConnection implements AutoCloseable {
    private static final ByteBufAllocator HEAP = new UnpooledByteBufAllocator(false);
    private static final int PATIENCE_MS = 20_000;

    private final Socket socket;
    private final DataInputStream in;

    private RawConnection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MS);
        in = new DataInputStream(socket.getInputStream());
    }

    /** Connects to a member. */
    static RawConnection to(String member) throws IOException {
        Socket socket = new Socket();
        socket.connect(FreePorts.loopback(MemberAddress.of(member).port()));
        return new RawConnection(socket);
    }

    /** Waits for a member to connect. */
    static RawConnection from(ServerSocket listening) throws IOException {
        listening.setSoTimeout(PATIENCE_MS);
        return new RawConnection(listening.accept());
    }

    /** Connects to a member as another, and is welcome. */
    static RawConnection introduced(String member, Introduction as) throws IOException {
        RawConnection connection = to(member);
        connection.say(0, new Greeting.Hello(as, member));
        assertThat(connection.hear().message()).isInstanceOf(Greeting.Welcome.class);
        return connection;
    }

    static Introduction introduction(String member, List<String> members, long process) {
        return new Introduction(
                member,
                members,
                "",
                "incarnation of " + member,
                process,
                "metadata of " + member,
                GroupId.NONE,
                0,
                false,
                0,
                500);
    }

    static byte[] bytes(WireFrame frame) {
        ByteBuf encoded = WireCodec.encode(HEAP, frame);
        byte[] bytes = new byte[encoded.readableBytes()];
        encoded.readBytes(bytes).release();
        return bytes;
    }

    void say(long requestId, WireMessage message) throws IOException {
        say(bytes(new WireFrame(requestId, message)));
    }

    void say(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    WireFrame hear() throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return WireCodec.decode(Unpooled.wrappedBuffer(frame));
    }

    /** Returns why the member refused, null if it closed the connection without a word. */
    @Nullable
    String hearRefusal() throws IOException {
        String reason = null;
        try {
            while (true) {
                reason = ((Greeting.Refused) hear().message()).reason();
            }
        } catch (EOFException | SocketException e) {
            return reason;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
