package dev.polder.raft;

import io.atomix.primitive.PrimitiveType;
import io.atomix.primitive.PrimitiveTypeRegistry;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The registry that Atomix asks for: this log runs none of Atomix's primitives. */
@SuppressWarnings("rawtypes") // Atomix's signatures are raw
final class NoPrimitives implements PrimitiveTypeRegistry {
    @Override
    public Collection<PrimitiveType> getPrimitiveTypes() {
        return List.of();
    }

    @Override
    public @Nullable PrimitiveType getPrimitiveType(String typeName) {
        return null;
    }
}
